"""Keys and passwords are made once and are nobody else's."""

import json
import stat

from oraculum_dev.suite.keys import SIGNERS, Keys
from oraculum_kit.keys import private_key, read_jwks


class TestEnsure:
    def test_makes_a_key_for_each_service_and_publishes_its_other_half(self, tmp_path) -> None:
        keys = Keys(tmp_path / "keys")
        keys.ensure()
        published = read_jwks(json.loads(keys.public_keys.read_text()))
        own = {name: private_key(keys.service_key(name).read_text()).public_key() for name in SIGNERS}
        assert own == published

    def test_keeps_what_there_is(self, tmp_path) -> None:
        """A second start must not sign people out."""
        keys = Keys(tmp_path / "keys")
        keys.ensure()
        before = {path.name: path.read_bytes() for path in keys.folder.iterdir()}
        keys.ensure()
        assert before == {path.name: path.read_bytes() for path in keys.folder.iterdir()}

    def test_only_the_owner_may_read(self, tmp_path) -> None:
        keys = Keys(tmp_path / "keys")
        keys.ensure()
        keys.password("oraculum_wallet")
        assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in keys.folder.iterdir()}
        assert 0o700 == stat.S_IMODE(keys.folder.stat().st_mode)


def test_a_password_stays_the_same(tmp_path) -> None:
    keys = Keys(tmp_path)
    assert keys.password("postgres") == keys.password("postgres") != keys.password("oraculum_auth")
