"""1-3-5 reach: how soon a free unit can be in each grid."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from grid.access import scope_of
from patrol import access
from patrol.selectors.reach import reach_now, reach_rows


class ReachView(APIView):
    """`/api/reach/`"""

    permission = access.SEE_REACH

    @extend_schema(
        operation_id="reach",
        summary="In how many minutes a free unit can be in each grid",
        description="`grids` maps codes to a band of minutes (1, 3, 5, 10), null beyond; `beyond` lists the grids past "
        "the bureau's promise, worst first. A unit of an old position counts as if it had driven away. A station is "
        "told of its own grids.",
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        scope = scope_of(request.user)
        return Response(reach_rows(reach_now(), station=scope.organisation))
