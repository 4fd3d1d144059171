"""Categories, for a form's type-ahead and for machines that file."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from boshan_police.kernel.access import SIGNED_IN
from dispatch.selectors.category import categories, intake_templates

from .output import CategoryOutput, listed


class CategoriesView(APIView):
    """`/api/categories/`"""

    permission = SIGNED_IN

    @extend_schema(summary="List the categories in use", responses={200: listed(CategoryOutput)})
    def get(self, request: Request) -> Response:
        rows = [
            {
                "code": category.code,
                "group": category.group,
                "group_label": category.get_group_display(),
                "name": category.name,
                "name_en": category.name_en,
                "label": category.label,
                "initials": category.initials,
                "priority": category.priority,
                "templates": [
                    {"title": one.title, "prompts": one.prompts, "text": one.text}
                    for one in intake_templates().get(category.code, [])
                ],
            }
            for category in categories().values()
            if category.active
        ]
        return Response({"results": rows})
