"""What the invented agencies wrote. Each line is what a record would say; nobody real is meant."""

from typing import Any

INCIDENTS: dict[str, tuple[str, ...]] = {
    "verbal-abuse": (
        "Shouting heard through the wall. She says he called her names in front of the children.",
        "Argument on the doorstep over money. No offence disclosed.",
    ),
    "common-assault": (
        "Pushed against the kitchen units. No visible injury. Declined a statement.",
        "Slapped in the car after collecting the children.",
    ),
    "assault-with-injury": (
        "Bruising to the upper arm and a cut lip, photographed.",
        "Thrown against a door frame. Swelling above the eye.",
    ),
    "non-fatal-strangulation": (
        "He put his forearm across her throat until she could not speak. Voice still hoarse.",
        "Both hands round her neck for some seconds. Petechiae noted.",
    ),
    "threats-to-kill": (
        "Told her that nobody would find her. She believes him.",
        "Said on the telephone that he would burn the house with her in it.",
    ),
    "harassment": (
        "Forty-one calls in one evening from withheld numbers.",
        "Waited outside her place of work on three days running.",
    ),
    "stalking": (
        "Found a tracker under the rear bumper. Follows her to the swimming pool.",
        "Sat in a parked car opposite for two hours, lights off.",
    ),
    "controlling-or-coercive": (
        "Holds her bank card, checks receipts and mileage, decides what she wears.",
        "Took her telephone and passport. She may leave only with his mother.",
    ),
    "criminal-damage": (
        "Kicked in the rear door. Boarded up overnight.",
        "Car windscreen broken while she slept.",
    ),
    "malicious-communications": (
        "Messages to her sister with pictures taken without consent.",
        "New account every week under another name.",
    ),
    "sexual-assault": ("Disclosed to a specialist officer. Details are held by the unit.",),
    "rape": ("Disclosed to a specialist officer. Details are held by the unit.",),
    "economic-abuse": ("Loans in her name that she did not take out.",),
    "grievous-bodily-harm": ("Fractured wrist and cheekbone. Admitted overnight.",),
}

BREACHES: dict[str, tuple[str, ...]] = {
    "contact": ("He rang eleven times between seven and nine.", "A letter pushed under the door, unsigned."),
    "attended": (
        "He is standing across the road from the house.",
        "Seen in the stairwell on the second floor.",
    ),
    "assault": ("He forced the door and struck her twice.", "Grabbed by the hair at the bus stop."),
    "threat": (
        "Told her brother that she will be sorry.",
        "Shouted from the car that he knows where she shops.",
    ),
    "online": ("A new profile asks her friends where she is.", "Posted a picture of her front door."),
    "damage": ("Paint over the door and the car.", "Bins set alight below the window."),
}

DONE: dict[str, dict[str, Any]] = {
    "contact": {"acts": ["contacted"]},
    "attended": {"acts": ["loitered", "watched"], "effects": ["alarm-or-distress"]},
    "assault": {"acts": ["violent"], "effects": ["fear-of-violence"]},
    "threat": {"acts": ["threatened"], "effects": ["fear-of-violence"]},
    "online": {"acts": ["published"], "effects": ["alarm-or-distress"]},
    "damage": {"acts": ["interfered-with-property"]},
}
"""What whoever reports a breach of each kind says was done, and did to her."""

HEALTH_SERVICES = (
    "Emergency department",
    "Maternity",
    "Fracture clinic",
    "Minor injuries unit",
    "Mental health liaison",
)
INJURIES = (
    "Bruising to the forearms, of different ages",
    "Laceration above the left eye",
    "Wrist sprain, said to be from a fall",
    "Tender neck, hoarse voice",
    "No visible injury; tearful and watchful",
)
TREATMENTS = (
    "Wound closed, head injury advice",
    "X-ray: no fracture",
    "Sutures; review in a week",
    "Seen alone; safety discussed",
)
SURGERY = ("Practice nurse", "General practitioner", "Health visitor")

FEARS = (
    "That he will take the children abroad.",
    "That he will come to her work.",
    "That he will kill her if she leaves for good.",
    "That his brothers will find her.",
)
VIEWS = (
    "She wants him to stop coming to the house. She does not want to move.",
    "She would leave if the children could stay at their school.",
    "She does not want him prosecuted. She wants the order kept.",
    "She is worn out, and says nothing has helped so far.",
)
NARRATIVES = (
    "Separated in the spring. He has not accepted it and comes by at night. Neighbours rang twice.",
    "Six years together. Control over money and telephone from the start; violent since the last pregnancy.",
    "A second partner has reported the same pattern. He knows the places where she goes.",
    "He was released with conditions and was back within the week. She has changed her number three times.",
)
JUDGEMENTS = (
    "She plays down what happened; the injuries do not fit the account.",
    "Separation, control and strangulation together within a month.",
    "Her fear has grown sharply and she has begun to pack.",
)
HOUSING: dict[str, tuple[str, ...]] = {
    "tenancy": ("Sole tenant since the separation.", "Joint tenancy; he has given no notice."),
    "homeless-application": ("Applied as homeless through abuse. Temporary place found.",),
    "target-hardening": (
        "Locks changed, door chain and window alarms fitted.",
        "Letter box sealed, lighting at the rear.",
    ),
    "antisocial-behaviour": ("Neighbour reports shouting and doors slamming, three nights.",),
    "arrears": ("Arrears since his payments stopped.",),
}
LEADS = ("Harbour IDVA, high-risk team", "Harbour IDVA, court team", "Harbour IDVA, maternity")
PROHIBITIONS: dict[str, str] = {
    "no-contact": "Not to contact her directly or through others",
    "no-violence": "Not to use or threaten violence against her",
    "not-to-attend": "Not to go to her home or within 100 metres of it",
    "no-online-contact": "Not to contact or mention her by any electronic means",
}
FAMILY, MAGISTRATES, CROWN = (
    "Northmere Family Court",
    "Harrowfleet Magistrates' Court",
    "Northmere Crown Court",
)
COURTS = {
    "non-molestation": (FAMILY,),
    "occupation": (FAMILY,),
    "dvpo": (MAGISTRATES,),
    "spo": (MAGISTRATES,),
    "restraining": (MAGISTRATES, CROWN),
}
"""Which courts make each type of order; none makes police bail."""
