"""The composition root: the only module that knows all the others."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from mockserver.admin.desk import Desk
from mockserver.admin.dispatch import administrate
from mockserver.admin.finish import make_finish
from mockserver.admin.gate import Gate
from mockserver.admin.routes import load_routes
from mockserver.api.changes import ADD, put
from mockserver.api.provider import Provider
from mockserver.config import Settings, default_switches
from mockserver.faults.rules.book import RuleBook, read_document
from mockserver.faults.rules.language import Language
from mockserver.interception.interceptor import Interceptor
from mockserver.interception.opening import Opening
from mockserver.interception.targets import Targets
from mockserver.late import LateModule, load_module
from mockserver.pipeline.handshake import strike_handshake
from mockserver.pipeline.refusal import Refusal
from mockserver.pipeline.refused import record_refusal
from mockserver.pipeline.transfer import Transfer
from mockserver.registry import find_providers
from mockserver.sandbox.beginning import Beginnings
from mockserver.sandbox.bounded import Budget, Log
from mockserver.sandbox.clock import Clock, SystemClock
from mockserver.sandbox.database import Database
from mockserver.sandbox.fixtures import Seed
from mockserver.sandbox.journal import Journal
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.sandbox.seed import read_seeds
from mockserver.sandbox.storage.memory import Memory
from mockserver.sandbox.world import Sandbox
from mockserver.text.mistakes import Mistake, Mistakes, Refused
from mockserver.verdicts.thresholds import Thresholds
from mockserver.version import __version__
from mockserver.web.flask_app import App
from mockserver.web.front import answer_front
from mockserver.web.routes import create_routes

KEPT_FILE = "mockserver.sandbox.kept_file"  # loading it takes 10 ms, which few starts need
reading = LateModule("mockserver.faults.rules.reader")
TRANSCRIPT_LINES = 4_000  # as many as one request can bring back
MIB = 1_048_576


def create_app(
    settings: Settings | None = None,
    *,
    providers: Mapping[str, Provider] | None = None,
    clock: Clock | None = None,
    seed: int | None = None,
) -> App:
    """A WSGI application. Raises Mistakes for wrong fixtures, data or rules.

    ``clock`` is what time comes from, ``seed`` what chance follows from in ``default``: with both
    a test is the same in every run.
    """
    settings = settings or Settings()
    providers = providers or find_providers().providers
    desk = create_desk(settings, providers, clock or SystemClock(), seed)
    opening = create_opening(settings, providers)
    desk = desk._replace(read_authority=lambda: opening.open().pem)
    gate = Gate(settings.allowed_hosts, settings.admin_token)
    finish = make_finish()
    front = partial(answer_front, providers, __version__, finish)
    app = create_routes(desk.sandboxes, providers, administrate(desk, gate, finish), front)
    app.opening = opening
    return app


def create_opening(settings: Settings, providers: Mapping[str, Provider]) -> Opening:
    """Where the authority is that vouches for the providers' hosts and names of the user's own."""
    hosts = [host for each in providers.values() for host in each.hosts]
    return Opening(settings.ca_dir, [*hosts, *settings.tls_name])


def refuse_for(app: App) -> Callable[[Refusal], Transfer]:
    """What a server calls with all that it refuses before it is a call."""
    return partial(record_refusal, app.sandboxes)


def create_interceptor(
    settings: Settings, providers: Mapping[str, Provider], app: App
) -> Interceptor:
    """What a server of ours asks about clients that take it for their proxy, or speak TLS."""
    owners = {host: each.id for each in providers.values() for host in each.hosts}
    targets = Targets(owners, (*settings.allowed_hosts, *settings.tls_name), settings.pass_)
    return Interceptor(app.opening, targets, owners, partial(strike_handshake, app.sandboxes))


def create_desk(
    settings: Settings,
    providers: Mapping[str, Provider],
    clock: Clock,
    seed: int | None = None,
) -> Desk:
    """What the administration works with. Raises Mistakes."""
    sandboxes = create_sandboxes(settings, providers, clock, seed)
    thresholds = _read_thresholds(settings)
    return Desk(
        providers, sandboxes, __version__, thresholds, load_routes, reading.describe_rules, {}
    )


def _read_thresholds(settings: Settings) -> Thresholds:
    return Thresholds(settings.verdict_attempts, settings.verdict_window, settings.verdict_back_off)


def create_sandboxes(
    settings: Settings,
    providers: Mapping[str, Provider],
    clock: Clock,
    seed: int | None = None,
) -> Sandboxes:
    """All worlds, as they were left or with ``default`` alone. Raises Mistakes."""
    files = _read_files(settings, providers, clock)
    secrets = tuple(_find_secrets(settings, providers, files.seeds))
    budget = Budget(settings.journal_memory * MIB)
    build = partial(_build_sandbox, providers, files.language, settings, clock, budget, secrets)
    kept = load_module(KEPT_FILE) if settings.data else None
    keeper = kept.open_file(settings.data, providers) if kept else Memory()
    sandboxes = Sandboxes(
        providers,
        Beginnings(providers, files.seeds),
        build,
        clock=clock,
        keeper=keeper,
        switches=_merge_switches(settings, providers),
        limit=settings.max_sandboxes,
    )
    try:
        sandboxes.load()
    except (Refused, KeyError, TypeError, AttributeError, ValueError) as error:
        if kept is None:
            raise
        read = partial(read_document, files.language.reader)
        raise kept.close_file(keeper, providers, read, error) from None
    sandboxes.open(seed)
    _configure(sandboxes.default, files.rules, settings)
    return sandboxes


class Files(NamedTuple):
    """What the files hold that a server starts from."""

    seeds: dict[str, Seed]
    language: Language
    rules: list[object]


def _read_files(settings: Settings, providers: Mapping[str, Provider], clock: Clock) -> Files:
    """Raises Mistakes with all that is wrong in any of them. The packaged ones the tests judge."""
    seeds, mistakes = read_seeds(
        providers, settings.fixtures_folder, judged=settings.fixtures is None
    )
    labels = {id: [each["label"] for each in found.accounts] for id, found in seeds.items()}
    language = Language(providers, settings.scenario_folders, clock.now, labels)
    if settings.fixtures is not None:
        mistakes += language.mistakes
    configured, wrong = _read_configured_rules(settings, language, clock.now(), labels)
    mistakes += wrong
    if mistakes:
        raise Mistakes(mistakes)
    return Files(seeds, language, configured)


def _build_sandbox(
    providers: Mapping[str, Provider],
    language: Language,
    settings: Settings,
    clock: Clock,
    budget: Budget,
    secrets: tuple[str, ...],
    database: Database,
) -> Sandbox:
    return Sandbox(
        database,
        providers,
        clock=clock,
        journal=Journal(settings.journal, budget),
        transcript=Log(min(TRANSCRIPT_LINES, settings.journal or TRANSCRIPT_LINES), budget),
        make_faults=lambda sandbox, transcript: RuleBook(language, sandbox, transcript),
        secrets=secrets,
        tells_reasons=settings.explain_header,
    )


def _find_secrets(
    settings: Settings, providers: Mapping[str, Provider], seeds: Mapping[str, Seed]
) -> Iterator[str]:
    """What must not be seen in any sandbox: the administration's token, and the fixtures'
    credentials, which a client that is half set up sends anywhere.
    """
    if settings.admin_token is not None:
        yield settings.admin_token
    for provider_id, seed in seeds.items():
        public = providers[provider_id].account.public
        for account in seed.accounts:
            for name, value in account["credentials"].items():
                if value is not None and name not in public:
                    yield value


def _merge_switches(
    settings: Settings, providers: Mapping[str, Provider]
) -> dict[str, dict[str, object]]:
    return {
        provider: {**switches, **settings.switches.get(provider, {})}
        for provider, switches in default_switches(providers).items()
    }


def _read_configured_rules(
    settings: Settings,
    language: Language,
    now: int,
    labels: Mapping[str, list[str]],
) -> tuple[list[object], list[Mistake]]:
    """The rules of the scenario and the configuration, and what is wrong with them."""
    configured: list[object] = [*settings.faults]
    mistakes = []
    if settings.scenario is not None:
        try:
            configured = [*language.find_rules(settings.scenario), *configured]
        except Refused as refused:
            reason = f"{refused.message}; {refused.hint}"
            mistakes.append(Mistake(*settings.sources.get("scenario", ("", "")), reason))
    if not configured:
        return [], mistakes
    try:
        reading.require_room(0, len(configured))
    except Refused as full:
        mistakes.append(Mistake(settings.file, "fault", full.message))
    for place, rule in enumerate(settings.faults):
        for wrong in language.reader.judge_rule(rule, now, labels)[1]:
            reason = f"{wrong.message}; {wrong.hint}"
            mistakes.append(Mistake(settings.file, f"fault[{place}]", reason))
    return configured, mistakes


def _configure(sandbox: Sandbox, rules: list[object], settings: Settings) -> None:
    """Have the configuration's rules, with their counters if an earlier start made the same.

    Where one of those is gone, or the configuration is another now, all are made anew. Raises
    Mistakes where there is no room for them.
    """
    before = sandbox.rows("sandbox").get("configured", {"rules": [], "made": []})
    there = {rule["id"] for rule in sandbox.faults.all()}
    if before["rules"] == rules and there.issuperset(before["made"]):
        return
    for rule_id in before["made"]:
        sandbox.faults.remove(rule_id)
    try:
        changes = sandbox.faults.draft([("", rule) for rule in rules])
    except Refused as refused:
        reason = f"beside the rules that are kept there: {refused.message}"
        raise Mistakes([Mistake(str(settings.data), "", reason)]) from None
    made = [name for kind, table, name, _ in changes if (kind, table) == (ADD, "rules")]
    sandbox.change([*changes, put("sandbox", "configured", {"rules": rules, "made": made})])
