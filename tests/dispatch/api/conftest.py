"""What every test of the API looks at."""

from typing import Any

from rest_framework import serializers


def assert_shape(answer: Any, shape: serializers.BaseSerializer | type[serializers.Serializer]) -> None:
    """The keys of `answer`, all the way down, are those that the OpenAPI document promises."""
    if isinstance(shape, type):
        shape = shape()
    if isinstance(shape, serializers.ListSerializer):
        for item in answer:
            assert_shape(item, shape.child)
        return
    assert set(answer) == set(shape.fields), set(answer) ^ set(shape.fields)
    for name, field in shape.fields.items():
        if isinstance(field, serializers.BaseSerializer) and answer[name] is not None:
            assert_shape(answer[name], field)
