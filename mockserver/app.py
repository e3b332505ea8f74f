"""The composition root: the only module that knows all the others."""

from collections.abc import Mapping
from functools import partial

from mockserver.admin import routes as admin
from mockserver.admin.desk import Desk
from mockserver.config import Settings
from mockserver.core.clock import SystemClock
from mockserver.core.errors import Mistake, Mistakes, Refused
from mockserver.core.ids import Ids
from mockserver.core.pipeline import Endpoint, answer, answer_nobodys
from mockserver.core.ports import Clock
from mockserver.core.provider import Provider
from mockserver.core.registry import default_switches, find_providers
from mockserver.faults.book import RuleBook
from mockserver.faults.reading import RuleReader
from mockserver.faults.scenario import load_scenarios
from mockserver.state.journal import Journal
from mockserver.state.sandbox import Sandbox
from mockserver.state.seed import read_seeds
from mockserver.state.storage import LogFile, Memory
from mockserver.version import __version__
from mockserver.web import App, shared_paths


def create_app(
    settings: Settings | None = None,
    *,
    providers: Mapping[str, Provider] | None = None,
    clock: Clock | None = None,
    ids: Ids | None = None,
) -> App:
    """A WSGI application. Raises Mistakes for wrong fixtures, data or rules.

    ``clock`` and ``ids`` are what time and chance come from; a test can freeze and seed them.
    """
    settings = settings or Settings()
    providers = providers or find_providers()
    sandbox = create_sandbox(settings, providers, clock or SystemClock(), ids or Ids())
    hosts = {host: f"/{each.id}" for each in providers.values() for host in each.hosts}
    app = App(sandbox, hosts)
    paths = shared_paths(providers.values())
    for path, endpoints in paths.items():
        app.route_to(path, partial(answer, sandbox, endpoints))
    for provider in providers.values():
        unknown = Endpoint(provider, ("unknown",))
        app.route_to(f"/{provider.id}/{{unknown:rest}}", partial(answer, sandbox, [unknown]))
        app.route_to(f"/{provider.id}", partial(answer, sandbox, [Endpoint(provider)]))
    desk = Desk(providers, sandbox, __version__)
    for path in admin.ROUTES:
        app.route_to(path, partial(admin.answer, desk, path))
    for path in (admin.PREFIX, f"{admin.PREFIX}/{{unknown:rest}}"):
        app.route_to(path, partial(admin.answer, desk, None))
    app.route_to("/{unknown:rest}", partial(answer_nobodys, sandbox, list(paths)))
    return app


def create_sandbox(
    settings: Settings, providers: Mapping[str, Provider], clock: Clock, ids: Ids
) -> Sandbox:
    """The world that always exists. Raises Mistakes."""
    seeds, mistakes = read_seeds(providers, settings.fixtures_folder)
    labels = {id: [account.label for account in seed.accounts] for id, seed in seeds.items()}
    reader = RuleReader(providers, labels)
    scenarios, wrong = load_scenarios(settings.scenario_folders, reader, clock.now())
    rules = RuleBook(reader, scenarios, clock, ids)
    mistakes += [*wrong, *_begin(rules, settings)]
    if mistakes:
        raise Mistakes(mistakes)
    return Sandbox(
        providers,
        seeds,
        {
            id: {**defaults, **settings.switches.get(id, {})}
            for id, defaults in default_switches(providers).items()
        },
        storage=LogFile(settings.data) if settings.data else Memory(),
        faults=rules,
        journal=Journal(settings.journal),
        clock=clock,
        ids=ids,
    )


def _begin(rules: RuleBook, settings: Settings) -> list[Mistake]:
    """Make the scenario's and the configuration's rules, and tell what is wrong with them."""
    mistakes = []
    if settings.scenario is not None:
        try:
            rules.apply(settings.scenario)
        except Refused as refused:
            reason = f"{refused.message}; {refused.hint}"
            mistakes.append(Mistake(*settings.sources.get("scenario", ("", "")), reason))
    for place, rule in enumerate(settings.faults):
        try:
            rules.add(rule)
        except Refused as refused:
            reason = f"{refused.message}; {refused.hint}"
            mistakes.append(Mistake(settings.file, f"fault[{place}]", reason))
    return mistakes
