"""Every word on a page comes from here, by message id: ``t("case.missing", n=4)``.

Catalogues are gettext's (.po) and are read as they are: the msgid is the message id, the msgstr the
whole sentence, with named places ``%(when)s``. A message with plural forms is asked for with ``n``.
"""

import gettext
import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po
from markupsafe import Markup, escape

OWN = Path(__file__).parent / "texts"
"""The words of the frame, of times and of code lists: those that every service needs."""


@cache
def _messages(path: Path, language: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The ids of one catalogue, each with its forms: read once, though every service has the frame's own."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language, abort_invalid=True)
    found = []
    for message in catalogue:
        if message.id:
            id_ = str(message.id if isinstance(message.id, str) else message.id[0])
            forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
            found.append((id_, tuple(str(form or "") for form in forms)))
    return tuple(found)


class MissingText(LookupError):
    """There is no text of this id. A test looks for every id that pages use."""


class Texts:
    """The texts of one language, from folders that have a folder for each language.

    Raises ValueError for an id that is there twice, and for one without a text.
    """

    def __init__(self, folders: Iterable[Path], language: str = "en") -> None:
        self.language = language
        self._forms: dict[str, tuple[Markup, ...]] = {}
        self._whole: dict[str, Markup] = {}
        """Those that have no place to be filled in: most of what a page says."""
        self._form: Callable[[int], int] = gettext.c2py(get_plural(language).plural_expr)
        for folder in folders:
            for path in sorted((folder / language).glob("*.po")):
                self._add(path)

    def _add(self, path: Path) -> None:
        for id_, forms in _messages(path, self.language):
            if id_ in self._forms:
                raise ValueError(f"{path.name}: {id_} is there twice")
            if not all(forms):
                raise ValueError(f"{path.name}: {id_} has no text")
            self._forms[id_] = tuple(Markup(escape(form)) for form in forms)  # noqa: S704  escaped
            if len(forms) == 1 and "%(" not in forms[0]:
                self._whole[id_] = self._forms[id_][0] % {}

    def __contains__(self, id_: str) -> bool:
        return id_ in self._forms

    @property
    def ids(self) -> frozenset[str]:
        """Every id that has a text."""
        return frozenset(self._forms)

    def __call__(self, id_: str, /, **named: object) -> Markup:
        """The text, its places filled in. Raises MissingText, and KeyError for an empty place."""
        if (whole := self._whole.get(id_)) is not None:
            return whole
        forms = self._forms.get(id_)
        if forms is None:
            raise MissingText(id_)
        if len(forms) == 1:
            return forms[0] % named  # each place is escaped
        n = named["n"]
        if not isinstance(n, int):
            raise TypeError(f"{id_} counts: n must be a whole number")
        return forms[self._form(n)] % named

    def said(self, id_: str) -> Markup:
        """The text of an id that comes from a row, such as a rule's reason (``order.unaware``).

        One that has no text yet is shown as it is: better than no page at three in the morning.
        """
        return self(id_) if id_ in self._forms else Markup(escape(re.sub("[.-]", " ", id_)))  # noqa: S704

    def label(self, codes: str, code: object) -> Markup:
        """What people call a code of a code list, such as ``label("grade", "unknown")``; else the code."""
        id_ = f"code.{codes}.{code}"
        return self(id_) if id_ in self._forms else Markup(escape(str(code).replace("-", " ")))  # noqa: S704
