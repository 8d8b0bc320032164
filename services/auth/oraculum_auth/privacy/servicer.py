"""What is held about people, and what they agreed to: gRPC in, domain out."""

from oraculum.auth.v1 import privacy_service_pb2 as pb
from oraculum.auth.v1 import privacy_service_pb2_grpc
from oraculum_auth.privacy.consents import PURPOSES, Consent, Consents
from oraculum_auth.privacy.deletion import Deletion
from oraculum_auth.privacy.export import Export
from oraculum_kit.authorization import SIGNED_IN, Access, require_user
from oraculum_kit.rpc import Context
from oraculum_kit.timestamps import to_wire
from oraculum_kit.validation import Violations

_SERVICE = "/oraculum.auth.v1.PrivacyService/"

ACCESS = {
    _SERVICE + "ExportMe": Access(users=SIGNED_IN),
    _SERVICE + "GetConsents": Access(users=SIGNED_IN),
    _SERVICE + "SetConsents": Access(users=SIGNED_IN),
    _SERVICE + "DeleteMe": Access(users=SIGNED_IN),
}


class PrivacyServicer(privacy_service_pb2_grpc.PrivacyServiceServicer):
    """oraculum.auth.v1.PrivacyService."""

    def __init__(self, consents: Consents, export: Export, deletion: Deletion) -> None:
        self._consents = consents
        self._export = export
        self._deletion = deletion

    async def ExportMe(self, request: pb.ExportMeRequest, context: Context) -> pb.ExportMeResponse:
        """Everything that auth holds about the caller."""
        return pb.ExportMeResponse(document_json=await self._export.of(require_user().id))

    async def DeleteMe(self, request: pb.DeleteMeRequest, context: Context) -> pb.DeleteMeResponse:
        """Delete the caller's account."""
        await self._deletion.delete(require_user(), request.confirm)
        return pb.DeleteMeResponse()

    async def GetConsents(self, request: pb.GetConsentsRequest, context: Context) -> pb.GetConsentsResponse:
        """What the caller agreed to."""
        consents = await self._consents.of(require_user().id)
        return pb.GetConsentsResponse(consents=[_consent(one) for one in consents])

    async def SetConsents(self, request: pb.SetConsentsRequest, context: Context) -> pb.SetConsentsResponse:
        """Agree, or take it back."""
        form = Violations()
        wanted = []
        for one in request.consents:
            if one.purpose not in PURPOSES:
                form.refuse("purpose", f"{one.purpose[:50]!r} is none of {', '.join(PURPOSES)}")
            version = form.text("version", one.version, minimum=1, maximum=50)
            wanted.append(Consent(one.purpose, one.granted, version))
        if len({one.purpose for one in wanted}) != len(wanted):
            form.refuse("purpose", "is named twice")
        form.finish()
        consents = await self._consents.put(require_user().id, wanted)
        return pb.SetConsentsResponse(consents=[_consent(one) for one in consents])


def _consent(consent: Consent) -> pb.Consent:
    wire = pb.Consent(purpose=consent.purpose, granted=consent.granted, version=consent.version)
    if consent.since is not None:
        wire.since.CopyFrom(to_wire(consent.since))
    return wire
