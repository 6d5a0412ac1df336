"""Compose, systemd, Kubernetes and Prometheus: each file passes its validator, and what it names is there."""

from __future__ import annotations

import configparser
import json
import os
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from bot.defaults import DEFAULTS
from bot.operations.seeing.exposing import expose
from bot.operations.seeing.metrics import Metrics
from bot.operations.seeing.snapshot import Check
from tests.bot.operations.seeing.test_counting import snapshot
from tests.deploy.commands import taken
from tests.deploy.reading import DEPLOY, ROOT, YAML_RULES, checked, documents

UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))


def every_yaml() -> list[Path]:
    return sorted((*DEPLOY.rglob("*.yaml"), *DEPLOY.rglob("*.yml")))


def test_yamllint_finds_nothing() -> None:
    checked("yamllint", "--strict", "-d", YAML_RULES, *map(str, every_yaml()))


def test_no_file_names_a_registry_or_an_index() -> None:
    for path in (*DEPLOY.rglob("*"), ROOT / ".dockerignore"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"https?://(?!127\.0\.0\.1|localhost|bot\b|prometheus\b)", text), path


def variables_in(text: str) -> set[str]:
    return set(re.findall(r"\b((?:DREAM|DISCORD)_[A-Z_]+)\b", text)) - {"DREAM_"}


@pytest.mark.parametrize("path", [*every_yaml(), *UNITS, DEPLOY / "Dockerfile"], ids=lambda path: path.name)
def test_every_variable_that_is_named_is_one_of_ours(path: Path) -> None:
    assert variables_in(path.read_text(encoding="utf-8")) <= DEFAULTS.keys()


# --- compose


def compose() -> dict[str, Any]:
    (found,) = documents(DEPLOY / "compose.yaml")
    return found


def test_the_compose_file_is_what_the_specification_wants() -> None:
    """COMPOSE_SPEC: the specification's schema, a JSON file."""
    schema = os.environ.get("COMPOSE_SPEC")
    if not schema:
        pytest.skip("COMPOSE_SPEC does not name the schema of the compose specification")
    import jsonschema

    described = json.loads(Path(schema).read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(described).validate(compose())


def test_our_containers_may_write_to_their_volumes_only_and_have_no_rights() -> None:
    for name in ("bot", "scheduler", "worker", "certificates"):
        service = compose()["services"][name]
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name


def test_the_parts_of_compose_are_profiles_and_start_commands_of_ours(tmp_path: Path) -> None:
    services = compose()["services"]
    assert {name for name, service in services.items() if not service.get("profiles")} == {"bot"}
    assert {"machines", "postgres", "prometheus"} <= {p for one in services.values() for p in one.get("profiles", [])}
    assert taken(services["scheduler"]["command"], tmp_path) == "scheduler"
    assert taken(services["worker"]["command"], tmp_path) == "worker"


def test_every_volume_and_network_of_compose_is_declared() -> None:
    found = compose()
    for name, service in found["services"].items():
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert source.startswith(".") or source in found["volumes"], (name, source)
        for network in service.get("networks", []):
            assert network in found["networks"], (name, network)


def test_nothing_of_compose_can_be_reached_from_other_machines() -> None:
    for name, service in compose()["services"].items():
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), (name, port)


def test_each_machines_certificate_is_mounted_where_it_is_looked_for_and_no_other() -> None:
    services = compose()["services"]
    wanted = {"bot": "bot", "scheduler": "scheduler", "worker": "workers/local"}
    for name, folder in wanted.items():
        mounted = [one for one in services[name]["volumes"] if "/certificates" in one]
        assert len(mounted) == 1, name
        assert mounted[0].endswith(f":/certificates/{folder}:ro"), name
    assert "--certificates=/certificates/scheduler" in services["scheduler"]["command"]
    assert "--certificates=/certificates/workers/local" in services["worker"]["command"]


# --- systemd


def unit(path: Path) -> configparser.RawConfigParser:
    """A value that stands there several times is all of them, one a line."""

    class Several(dict[str, str]):
        def __setitem__(self, key: str, value: Any) -> None:
            if isinstance(value, list) and key in self:
                value = [*self[key], *value]
            super().__setitem__(key, value)

    parser = configparser.RawConfigParser(dict_type=Several, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(path.read_text(encoding="utf-8"))
    return parser


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_reads_the_unit(path: Path, tmp_path: Path) -> None:
    """With a program that is there: where it stands, only the machine that it runs on knows."""
    text = path.read_text(encoding="utf-8").replace("/opt/dreambot/.venv/bin/python", "/usr/bin/env")
    (tmp_path / path.name).write_text(text)
    assert checked("systemd-analyze", "verify", "--man=no", str(tmp_path / path.name)) == ""


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_finds_the_unit_closed_enough(path: Path) -> None:
    """2 of 10; above 5 it is called exposed."""
    said = checked("systemd-analyze", "security", "--offline=yes", "--threshold=20", str(path))
    assert "Overall exposure level" in said


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_what_a_unit_starts_is_a_command_of_ours(path: Path, tmp_path: Path) -> None:
    started = shlex.split(unit(path)["Service"]["ExecStart"].replace("%%", "%"))
    if started[0] == "/bin/sh":
        started = shlex.split(started[2].removeprefix("exec "))
    assert started[0] == "/opt/dreambot/.venv/bin/python"
    assert started[1:4] == ["-P", "-m", "bot"]
    assert taken(started[4:], tmp_path) in ("run", "scheduler", "worker", "backup")


def test_a_wrong_setting_is_not_tried_again_and_again() -> None:
    for path in UNITS:
        service = unit(path)["Service"]
        if service["Type"] == "exec":
            assert (service["Restart"], service["RestartPreventExitStatus"]) == ("on-failure", "2"), path


def test_the_timer_has_a_service() -> None:
    for path in (DEPLOY / "systemd").glob("*.timer"):
        assert path.with_suffix(".service").exists()


# --- Kubernetes


def objects() -> list[dict[str, Any]]:
    return [one for path in MANIFESTS for one in documents(path)]


def pods() -> dict[str, dict[str, Any]]:
    return {one["metadata"]["name"]: one for one in objects() if one["kind"] == "Deployment"}


def test_the_manifests_are_what_kubernetes_wants() -> None:
    said = checked("kubernetes-validate", "--strict", *map(str, MANIFESTS))
    assert "passed" in said


def test_one_bot_and_the_old_one_is_gone_before_the_new_one_comes() -> None:
    spec = pods()["bot"]["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})


@pytest.mark.parametrize("name", ["bot", "scheduler", "worker"])
def test_pods_are_as_closed_as_their_namespace_asks_for(name: str, tmp_path: Path) -> None:
    """Kubernetes' own level `restricted`, and a file system that is read-only."""
    spec = pods()[name]["spec"]["template"]["spec"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    (container,) = spec["containers"]
    closed = container["securityContext"]
    assert closed["allowPrivilegeEscalation"] is False
    assert closed["readOnlyRootFilesystem"] is True
    assert closed["capabilities"] == {"drop": ["ALL"]}
    assert {"startupProbe", "livenessProbe", "readinessProbe"} <= container.keys()
    assert taken(container["args"], tmp_path) == {"bot": "run"}.get(name, name)


def test_what_the_manifests_refer_to_is_there() -> None:
    made = {(one["kind"], one["metadata"]["name"]) for one in objects()}
    by_hand = re.findall(r"create secret generic (\S+)", (DEPLOY / "kubernetes/11-secrets.example.yaml").read_text())
    secrets = {name for kind, name in made if kind == "Secret"} | set(by_hand)
    for name, one in pods().items():
        spec = one["spec"]["template"]["spec"]
        assert ("ServiceAccount", spec["serviceAccountName"]) in made
        for volume in spec["volumes"]:
            if "secret" in volume:
                assert volume["secret"]["secretName"] in secrets, name
            if "persistentVolumeClaim" in volume:
                assert ("PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"]) in made
        for source in spec["containers"][0].get("envFrom", []):
            for key, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
                assert key not in source or (kind, source[key]["name"]) in made
    for service in (one for one in objects() if one["kind"] == "Service"):
        selector = service["spec"]["selector"].items()
        assert any(selector <= one["spec"]["template"]["metadata"]["labels"].items() for one in pods().values())


def test_by_default_nobody_talks_to_anybody_and_all_others_are_let_in_by_name() -> None:
    policies = {one["metadata"]["name"]: one["spec"] for one in objects() if one["kind"] == "NetworkPolicy"}
    assert policies["nobody"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    components = {
        one["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/component"] for one in pods().values()
    }
    text = (DEPLOY / "kubernetes/50-network-policies.yaml").read_text()
    assert set(re.findall(r"component: (\w+)", text)) <= components
    ports = {port.get("endPort") for one in policies["worker"]["ingress"] for port in one["ports"]}
    assert f"--ports=9001:{ports.pop()}" in pods()["worker"]["spec"]["template"]["spec"]["containers"][0]["args"]


# --- Prometheus


def exposed() -> set[str]:
    """The names of all figures that a bot shows."""
    text = expose(Metrics(), snapshot(), "")[1].decode()
    return set(re.findall(r"^(?:# TYPE )?(dreambot_\w+)", text, flags=re.MULTILINE)) | {
        f"{name}_{end}"
        for name in re.findall(r"^# TYPE (\w+) histogram", text, flags=re.MULTILINE)
        for end in ("bucket", "sum", "count")
    }


def rules() -> list[dict[str, Any]]:
    (found,) = documents(DEPLOY / "prometheus" / "rules" / "dreambot.yml")
    return [rule for group in found["groups"] for rule in group["rules"]]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_looks_at_figures_that_there_are_and_says_what_to_do(rule: dict[str, Any]) -> None:
    assert set(re.findall(r"dreambot_\w+", rule["expr"])) <= exposed()
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["todo"]


def test_the_labels_that_alerts_ask_for_are_there() -> None:
    text = expose(Metrics(), snapshot(), "")[1].decode()
    for rule in rules():
        for name, label, value in re.findall(r'(dreambot_\w+)\{(\w+)="(\w+)"\}', rule["expr"]):
            assert re.search(rf'^{name}\{{[^}}]*{label}="{value}"', text, flags=re.MULTILINE), (name, label, value)
    assert {check.value for check in Check} == set(re.findall(r'check_ok\{check="(\w+)"', text))


def test_promtool_takes_configuration_and_rules_and_the_alerts_come_when_they_should() -> None:
    folder = DEPLOY / "prometheus"
    checked("promtool", "check", "rules", "rules/dreambot.yml", cwd=folder)
    checked("promtool", "check", "config", "--syntax-only", "prometheus.yml", cwd=folder)
    assert "SUCCESS" in checked("promtool", "test", "rules", "rules-test.yml", cwd=folder)


def test_compose_mounts_the_rules_where_prometheus_looks_for_them() -> None:
    (config,) = documents(DEPLOY / "prometheus" / "prometheus.yml")
    assert config["rule_files"] == ["/etc/prometheus/rules/*.yml"]
    assert "./prometheus:/etc/prometheus:ro" in compose()["services"]["prometheus"]["volumes"]
