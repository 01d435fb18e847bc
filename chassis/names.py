"""How a name is compared: its words in plain letters, whatever the script, accents, case or hyphens; and
which given names are forms of one.

Source: the list is Goldthread's own (2026-11), of short forms and spellings common in England and Wales; it
makes names comparable, and by a shared short form alone the machine links nobody (``likeness.py``).
"""

import re
from collections.abc import Iterator

from anyascii import anyascii

_FORMS = """
abigail abby abbie gail | alexander alexandra alex sandy sasha alec | andrew andy drew
anthony tony antony | benjamin ben benny
catherine katherine kathryn katharine kate katie cathy kathy kat | charles charlie chas
charlotte lottie charley | christopher chris kit | christine christina tina | daniel dan danny
david dave davy | deborah debbie deb debra | dorothy dot dottie | edward ed eddie ted teddy ned
elizabeth liz lizzie beth betty | eliza libby elisabeth bess | eleanor ellie nell nora elinor
emily em emmy | frances francesca fran frankie | frederick fred freddie | gabrielle gabby
geoffrey jeffrey geoff jeff | george georgie | gillian gill jill | gregory greg | harold harry hal
henry harry hal | helen nell nellie | isabel isabelle isabella bella izzy | jacqueline jackie jacqui
james jim jimmy jamie | jane janet jan | jennifer jen jenny jenni | jessica jess jessie
john jack johnny jon | jonathan jon jonny johnathan | joseph joe joey josef yusuf | josephine jo josie
judith judy | kenneth ken kenny | kimberley kim kimberly | lawrence laurence larry | leonard len lenny
louise lou | margaret maggie meg peggy madge | mary maria marie molly polly mari | matthew matt
michael mike mick mickey micky | mohammed muhammad mohamed mohammad muhammed mohamad mohd
nathaniel nathan nat | natasha tasha | nicholas nick nicky | nicola nicky nikki | oliver ollie
pamela pam | patricia pat patsy trish tricia | patrick pat paddy | peter pete | philip phil phillip
rebecca becky becca bex | richard rick dick ricky rich dickie | robert bob rob bobby robbie bert
ronald ron ronnie | rosemary rose rosie | samantha sam sammy | samuel sam sammy | sarah sally sara
stephanie steph | stephen steve steven steffan | susan sue susie suzanne | terence terry
theresa tess terry teresa | thomas tom tommy | timothy tim | valerie val | veronica ronnie
victoria vicky tori vikki | vincent vince vinny | william bill billy will liam willie wil | yvonne eve
zachary zach zack
"""
_FORMS_OF: dict[str, frozenset[str]] = {}
for _group in re.split(r"[|\n]", _FORMS.strip()):
    for _form in _group.split():
        _FORMS_OF[_form] = _FORMS_OF.get(_form, frozenset()) | {_group.split()[0]}


def words(name: str) -> list[str]:
    """The words of a name in plain small letters: *Ó Briain-Łukasz* is ``o briain lukasz``. An apostrophe
    divides no word. None where no letter is left."""
    letters = re.sub(r"['’`.]", "", anyascii(name)).lower()
    return re.findall(r"[a-z]+", letters)


def key(family: str | None, given: str | None) -> str | None:
    """A full name as it is kept for comparing, ``family|given``; None without both: a surname alone is
    shared by mother and child."""
    both = [" ".join(words(part or "")) for part in (family, given)]
    return "|".join(both) if all(both) else None


def letters(kept: str) -> str:
    """A kept name without its spaces: *Anne Marie* and *Annemarie* are written alike."""
    return kept.replace(" ", "")


def forms(word: str) -> frozenset[str]:
    """The long forms of a given name; itself where it is none."""
    return _FORMS_OF.get(word, frozenset({word}))


def families(kept: str) -> Iterator[str]:
    """Each word of a kept name's family part: either half of a double-barrelled one may be used alone."""
    yield from kept.split("|")[0].split()


def givens(kept: str) -> Iterator[str]:
    """The long forms of the first given name of a kept name."""
    yield from sorted(forms(kept.split("|")[1].split()[0]))
