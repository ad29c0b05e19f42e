"""Every setting of a Gatescope server: one table, read once, from the environment.

docs/settings.md says the same to people; a test holds both together.
"""

import logging
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

log: Final = logging.getLogger(__name__)
HOST: Final = r"https?://(\*\.)?[a-z0-9][a-z0-9.-]*(:\d{1,5})?"
# Of IPv4, or of IPv6 in brackets as links and nginx have it.
ADDRESS: Final = re.compile(r"\d{1,3}(\.\d{1,3}){3}|\[[\da-fA-F:]+\]")
NETWORK: Final = r"[\da-fA-F.:]+(/\d{1,3})?"
MAIL: Final = r"[^\s@,]*@[a-z0-9.-]+"
# Of a site. Without TLS only on this machine.
PLACE: Final = re.compile(r"(https://|http://(127\.0\.0\.1|localhost)(?![^:/]))[^\s?#]+")
NAME: Final = r"((\*\.)?[a-z0-9][a-z0-9.-]*|\[[0-9a-f:]+\])"
REFUSED: Final = "{} is {!r:.60}; it needs {}. Nothing is started."
MISSING: Final = "{} is set; it needs {} too. Nothing is started."


@dataclass(frozen=True)
class Entry:
    """A whole number within bounds, which whoever runs a server may choose."""

    variable: str
    default: int
    least: int
    most: int
    unit: str
    meaning: str

    def read(self, environment: Mapping[str, str]) -> int:
        """What the environment says; the default, with a warning, for what it cannot be."""
        text = environment.get(self.variable, str(self.default))
        if text.isascii() and text.isdigit() and self.least <= int(text[:9]) <= self.most:
            return int(text[:9])
        log.warning(
            "%s is %.20r; it needs a whole number of %s from %d to %d: %d is taken.",
            *(self.variable, text, self.unit, self.least, self.most, self.default),
        )
        return self.default


@dataclass(frozen=True)
class Text:
    """A word or some, with spaces between them. pattern: of what can be taken; needs: in words.

    lower: whether it is the same in capitals. secret: whether it may hold a password; it is taken
    letter by letter then, and never logged. guards: whether the default lets in whom this was to
    keep out: nothing is started then with what cannot be taken.
    """

    variable: str
    default: str
    pattern: re.Pattern[str]
    needs: str
    meaning: str
    lower: bool = False
    secret: bool = False
    guards: bool = False

    def read(self, environment: Mapping[str, str]) -> str:
        """What the environment says; the default, with a warning, for what it cannot be.

        Errors: SystemExit in its place for one that guards.
        """
        given = environment.get(self.variable, self.default)
        text = given if self.secret else " ".join(given.split())
        text = text.lower() if self.lower else text
        if text == self.default or self.pattern.fullmatch(text):
            return text
        found = (self.variable, "…" if self.secret else text, self.needs)
        if self.guards:
            raise SystemExit(REFUSED.format(*found))
        log.warning("%s is %.60r; it needs %s: %r is taken.", *found, self.default)
        return self.default


THREADS: Final = Entry(
    "OPENBLAS_NUM_THREADS",
    *(1, 1, 256),
    "threads",
    "Threads of NumPy's linear algebra in each run. Two wait for each other in a loop: beside "
    "other visitors a large run then takes ten times as long.",
)
CACHE: Final = Entry(
    "GATESCOPE_CACHE_MB",
    *(128, 16, 65_536),
    "megabytes",
    "Memory for what has been computed and may be wanted again, of all visitors together: "
    "runs, figures, memory maps, fixed points. Less means that more is computed anew: 150 who play "
    "with prepared scenes need 32, 30 with 128 units and 500 steps of their own 256.",
)
LARGE_CACHE: Final = Entry(
    "GATESCOPE_LARGE_CACHE_MB",
    *(512, 64, 65_536),
    "megabytes",
    "The same of the process that makes large scenes, while somebody needs it. One of 512 units "
    "and 10,000 steps takes 200.",
)
FILE: Final = Entry(
    "GATESCOPE_MAX_FILE_MB",
    *(32, 1, 512),
    "megabytes",
    "The largest file of weights that the command line reads; what is made of it is limited with "
    "it. A server takes Streamlit's `server.maxUploadSize` in its place.",
)
# Who may come, and how often. Beside each stands what was measured without it.
LINES_SITE: Final = Entry(
    "GATESCOPE_SITE_PAGES",
    *(600, 10, 100_000),
    "pages",
    "Pages that are open at the same time, of all visitors of a process. Each takes four file "
    "handles and 0.15 MB; with 1,024 handles 252 lines that said nothing shut everybody out.",
)
LINES_ADDRESS: Final = Entry(
    "GATESCOPE_ADDRESS_PAGES",
    *(300, 2, 100_000),
    "pages",
    "The same for one address. A lecture hall often has a single one, so that less than a class "
    "would shut students out; half of the site, so that one address cannot take all of it.",
)
MESSAGES: Final = Entry(
    "GATESCOPE_PAGE_MESSAGES",
    *(5, 1, 1000),
    "messages",
    "Messages a second from one page to Streamlit; 20 may come at once, then they wait. Each is a "
    "run of the page, 30 ms of the server; changes on the stage are none. At 6,400 a second "
    "everybody else had waited 1.4 s, at worst 9.7.",
)
FILES_SITE: Final = Entry(
    "GATESCOPE_SITE_UPLOADS",
    *(8, 1, 1000),
    "files",
    "Files that come in at the same time; others wait up to 20 s for their turn.",
)
FILES_ADDRESS: Final = Entry(
    "GATESCOPE_ADDRESS_UPLOADS",
    *(2, 1, 1000),
    "files",
    "The same for one address.",
)
FILE_TIME: Final = Entry(
    "GATESCOPE_UPLOAD_SECONDS",
    *(120, 5, 3600),
    "seconds",
    "For one file to come in. Bodies that never ended had taken 1.2 GB in 10 s.",
)
FILES_PAGE_MB: Final = Entry(
    "GATESCOPE_PAGE_UPLOADS_MB",
    *(96, 1, 65_536),
    "megabytes",
    "Files of one page, as they were sent.",
)
FILES_SITE_MB: Final = Entry(
    "GATESCOPE_SITE_UPLOADS_MB",
    *(512, 1, 65_536),
    "megabytes",
    "Files of all pages, as they were sent, with those on their way. They are dropped 15 minutes "
    "after they came, or with their page.",
)
# How a process is watched, and how it ends (docs/running.md).
METRICS: Final = Entry(
    "GATESCOPE_METRICS_PORT",
    *(0, 0, 65_535),
    "port",
    "Where a process tells Prometheus what happens, on an address of its own; 0 for nowhere. Of "
    "several processes the first has this port, each further one the next.",
)
LEAVING: Final = Entry(
    "GATESCOPE_LEAVING_SECONDS",
    *(0, 0, 300),
    "seconds",
    "How long a process that is told to end still answers the pages it has, while `/readyz` says "
    "503 and new pages are refused: so that whoever leads visitors here notices. `make serve` "
    "needs none.",
)
CLOSING: Final = Entry(
    "GATESCOPE_CLOSING_SECONDS",
    *(10, 1, 600),
    "seconds",
    "How long answers that are being made have then, before they are cut off.",
)
PROCESSES: Final = Entry(
    "GATESCOPE_PROCESSES",
    *(0, 0, 256),
    "processes",
    "How many processes `make serve` starts; 0 for one a processor. Limits and caches here are "
    "of each.",
)
PORT: Final = Entry(
    "GATESCOPE_PORT",
    *(8501, 1, 65_535),
    "port",
    "Where visitors of `make serve` come in.",
)
EMBEDDING: Final = Text(
    "GATESCOPE_EMBEDDERS",
    "none",
    re.compile(rf"\*|{HOST}( {HOST})*"),
    "hosts such as https://lms.example",
    "Sites that may show Gatescope in a frame of theirs, such as a course's pages; `*` for all, "
    "`none` for none but this site itself.",
)
METRICS_ADDRESS: Final = Text(
    "GATESCOPE_METRICS_HOST",
    "127.0.0.1",
    ADDRESS,
    "an address such as 10.0.0.5",
    "The address that belongs to `GATESCOPE_METRICS_PORT`. Whoever reaches it can read it.",
)
LOGGING: Final = Text(
    "GATESCOPE_LOG",
    "text",
    re.compile("text|json"),
    "text or json",
    "`text` says what goes wrong, for people; `json` has a line for each request too, for "
    "programs. `make serve` has `json` unless this is set.",
)
ADDRESS_HERE: Final = Text(
    "GATESCOPE_HOST",
    "0.0.0.0",
    ADDRESS,
    "an address such as 127.0.0.1 or [::]",
    "The address of this machine that belongs to `GATESCOPE_PORT`.",
    guards=True,
)
BELOW: Final = Text(
    "GATESCOPE_BASE",
    "/",
    re.compile(r"/?[\w.-]+(/[\w.-]+)*/?", re.ASCII),
    "a path such as /gatescope",
    "The path below which `make serve` has the site.",
)
PROXIES: Final = Text(
    "FORWARDED_ALLOW_IPS",
    "127.0.0.1",
    re.compile(rf"\*|{NETWORK}( ?, ?{NETWORK})*"),
    "addresses such as 127.0.0.1,10.0.0.0/8",
    "Proxies before this site that are believed when they name the visitor's address; `*` for all.",
)
PROCESS_NAME: Final = Text(
    "GATESCOPE_PROCESS",
    "none",
    re.compile("[a-z][a-z0-9]{0,15}"),
    "a short name such as s0",
    "The name of a process at the proxy before it, with which the names of its pages begin; "
    "`make serve` sets it.",
)
NAMES: Final = Text(
    "GATESCOPE_HOSTS",
    "*",
    re.compile(f"{NAME}( {NAME})*"),
    "names such as gates.example",
    "Names under which this site may be asked for, `*` for any; a browser that says another one is "
    "answered 400. Addresses that ask how the server is are answered under any name.",
    lower=True,
    guards=True,
)
# Instructors who sign in (docs/login.md).
LOGIN_AT: Final = Text(
    *("GATESCOPE_LOGIN", "none", PLACE, "an issuer such as https://login.school.example"),
    "The issuer of a provider of OpenID Connect at which instructors sign in, or `none`. The five "
    "below belong to it.",
    guards=True,
)
LOGIN_ID: Final = Text(
    *("GATESCOPE_LOGIN_CLIENT", "none", re.compile("[!-~]{1,200}"), "a client id"),
    "The name of this site at the provider.",
    guards=True,
)
LOGIN_KEY: Final = Text(
    *("GATESCOPE_LOGIN_SECRET", "none", re.compile("[!-~]{1,500}"), "a client secret"),
    "The secret that goes with it.",
    *(False, True, True),
)
LOGIN_COOKIES: Final = Text(
    *("GATESCOPE_LOGIN_COOKIES", "none", re.compile("[!-~]{32,500}"), "at least 32 letters"),
    "A secret of this site's own, which signs the cookie of whoever is signed in: 32 letters or "
    "more, the same for all processes. With another one all are signed out.",
    *(False, True, True),
)
SITE_ADDRESS: Final = Text(
    *("GATESCOPE_LOGIN_SITE", "none", PLACE, "an address such as https://gates.example"),
    "The address of this site as browsers have it; the provider leads back to `/oauth2callback` "
    "below it.",
    guards=True,
)
LISTED: Final = Text(
    *("GATESCOPE_INSTRUCTORS", "none", re.compile(f"{MAIL}( {MAIL})*")),
    "addresses such as ada@school.example or @staff.school.example",
    "Who counts as an instructor: addresses of mail, or whole domains with `@` before them.",
    *(True, False, True),
)
# What a site keeps (docs/store.md).
STORING: Final = Text(
    "GATESCOPE_STORE",
    "none",
    re.compile(r"sqlite:///[^?#]+|postgresql(\+psycopg)?://\S+"),
    "sqlite:///FILE, postgresql://… or none",
    "Where short links are kept: `sqlite:///FILE`, `postgresql://…`, or `none` for a site without.",
    secret=True,
)
SHORT_KEPT: Final = Entry(
    *("GATESCOPE_SHORT_DAYS", 400, 1, 36_500, "days"),
    "A short link that nobody has opened for so long is dropped. The default is a year of courses "
    "with its summer.",
)
SHORT_MOST: Final = Entry(
    *("GATESCOPE_SHORT_LINKS", 100_000, 10, 100_000_000, "links"),
    "Short links that the store holds; usual ones take 0.3 kB each, the longest 7.",
)
SHORT_ADDRESS: Final = Entry(
    *("GATESCOPE_ADDRESS_SHORT", 120, 1, 100_000, "links"),
    "Short links that one address makes in a minute, of each process. A class behind one address "
    "makes them in the same minute.",
)
TABLE: Final = (
    *(CACHE, LARGE_CACHE, FILE, THREADS),
    *(LINES_SITE, LINES_ADDRESS, MESSAGES),
    *(FILES_SITE, FILES_ADDRESS, FILE_TIME, FILES_PAGE_MB, FILES_SITE_MB),
    *(METRICS, LEAVING, CLOSING, PROCESSES, PORT),
    *(SHORT_KEPT, SHORT_MOST, SHORT_ADDRESS),
)
TEXTS: Final = (
    *(EMBEDDING, LOGGING, METRICS_ADDRESS, ADDRESS_HERE, BELOW, PROXIES, PROCESS_NAME),
    *(NAMES, STORING),
    *(LOGIN_AT, LOGIN_ID, LOGIN_KEY, LOGIN_COOKIES, SITE_ADDRESS, LISTED),
)

CACHE_MB: Final = CACHE.read(os.environ)
LARGE_CACHE_MB: Final = LARGE_CACHE.read(os.environ)
SITE_SOCKETS: Final = LINES_SITE.read(os.environ)
ADDRESS_SOCKETS: Final = LINES_ADDRESS.read(os.environ)
SESSION_MESSAGES: Final = MESSAGES.read(os.environ)
SITE_UPLOADS: Final = FILES_SITE.read(os.environ)
ADDRESS_UPLOADS: Final = FILES_ADDRESS.read(os.environ)
UPLOAD_SECONDS: Final = FILE_TIME.read(os.environ)
SESSION_UPLOADS_MB: Final = FILES_PAGE_MB.read(os.environ)
SITE_UPLOADS_MB: Final = FILES_SITE_MB.read(os.environ)
EMBEDDERS: Final = EMBEDDING.read(os.environ)
METRICS_PORT: Final = METRICS.read(os.environ)
METRICS_HOST: Final = METRICS_ADDRESS.read(os.environ).strip("[]")
LEAVING_SECONDS: Final = LEAVING.read(os.environ)
CLOSING_SECONDS: Final = CLOSING.read(os.environ)
SITE_PROCESSES: Final = PROCESSES.read(os.environ)
SITE_PORT: Final = PORT.read(os.environ)
SITE_HOST: Final = ADDRESS_HERE.read(os.environ)
BASE: Final = BELOW.read(os.environ).strip("/")
TRUSTED: Final = tuple(PROXIES.read(os.environ).replace(",", " ").split())
PROCESS: Final = PROCESS_NAME.read(os.environ)
LOG: Final = LOGGING.read(os.environ)
HOSTS: Final = NAMES.read(os.environ)
STORE: Final = STORING.read(os.environ)
HAS_STORE: Final = STORING.default != STORE
SHORT_DAYS: Final = SHORT_KEPT.read(os.environ)
SHORT_LINKS: Final = SHORT_MOST.read(os.environ)
ADDRESS_SHORT: Final = SHORT_ADDRESS.read(os.environ)
LOGIN: Final = LOGIN_AT.read(os.environ).rstrip("/")
HAS_LOGIN: Final = LOGIN_AT.default != LOGIN
LOGIN_CLIENT: Final = LOGIN_ID.read(os.environ)
LOGIN_SECRET: Final = LOGIN_KEY.read(os.environ)
COOKIE_SECRET: Final = LOGIN_COOKIES.read(os.environ)
SITE: Final = SITE_ADDRESS.read(os.environ).rstrip("/")
INSTRUCTORS: Final = tuple(LISTED.read(os.environ).split())


def login_is_whole(environment: Mapping[str, str]) -> None:
    """Errors: SystemExit where there is a login, and something that belongs to it is missing."""
    for one in (LOGIN_ID, LOGIN_KEY, LOGIN_COOKIES, SITE_ADDRESS, LISTED):
        if LOGIN_AT.read(environment) != LOGIN_AT.default == one.read(environment):
            raise SystemExit(MISSING.format(LOGIN_AT.variable, one.variable))


login_is_whole(os.environ)


def settle() -> None:
    """Say how many threads NumPy has; to be called before NumPy is imported, which reads it."""
    os.environ[THREADS.variable] = str(THREADS.read(os.environ))


def read_files_up_to(megabytes: int) -> None:
    """Let files of weights be as large as uploads; before gru_core.formats.limits is imported."""
    os.environ[FILE.variable] = str(megabytes)


def handed_on(usual: Mapping[str, str], **fixed: str) -> dict[str, str]:
    """The environment of a process that this one starts. usual: what stands unless it is set."""
    return {**usual, **os.environ, **fixed}
