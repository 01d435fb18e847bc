"""Names that so many have that a full name and a date of birth do not tell who somebody is.

Source: the lists are Goldthread's own (2026-11), of what is common in England and Wales among those who were
born from 1945 on, from memory of what the Office for National Statistics publishes, to be checked. Why: of
two records of one common name and one day of birth some one in fifty would be of two people, where of all
names it is two in a thousand (ours, worked out from shares of births, 2026-11); at twenty missed links for a
false one that is worth a question from one in two hundred on.
"""

from chassis import names

_GIVENS = """
amy andrew ann anthony catherine charlotte chloe christopher claire daniel david deborah elizabeth emily emma
fatima hannah helen jack james jennifer jessica john joseph joshua julie karen laura lauren linda lucy
margaret mark mary matthew michael mohammed muhammad nicola paul peter rachel rebecca richard robert sarah
sophie stephen steven susan thomas victoria william
"""
_FAMILIES = """
ahmed akhtar ali begum bibi brown clark clarke davies davis edwards evans green hall harris hughes hussain
jackson johnson jones kaur khan khatun lewis martin miah moore morris patel phillips roberts robinson shah
singh smith taylor thomas thompson turner walker white williams wilson wood wright
"""
TELL_NOTHING = frozenset({"begum", "bibi", "kaur", "khatun", "singh"})
"""Family names that half of a community has by custom: with one of these any given name is common."""
GIVENS = frozenset(form for each in _GIVENS.split() for form in names.forms(each))
FAMILIES = frozenset(_FAMILIES.split())


def common(kept: str) -> bool:
    """Whether a kept name is a common given name, in whatever form, with a common family name, and no word
    more: a middle name, or the other half of a double one, is taken to tell enough."""
    families = {*names.families(kept)}
    given = families <= TELL_NOTHING or GIVENS.issuperset(names.givens(kept))
    return " " not in kept and families <= FAMILIES and given
