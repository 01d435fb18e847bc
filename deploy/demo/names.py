"""Invented names and places. First and family names are drawn apart, so that nobody real is meant."""

WOMEN = (
    "Abena Aisling Amara Anneka Beatriz Bronwen Callie Chiara Danuta Delyth Edie Efua Elowen Farida "
    "Freya Gwenllian Halima Ines Jasleen Joss Kasia Kezia Lowri Maeve Marisol Mehwish Mirela Nadine "
    "Niamh Oriane Parveen Petra Rhoswen Roza Saffron Senait Shanice Sioned Tamsin Thandi Ursula Verity "
    "Winnie Yasmin Zofia"
).split()

MEN = (
    "Aled Anselm Bartek Brogan Caspian Conor Dariusz Desmond Ebrima Emrys Fabian Farouk Garfield Gethin "
    "Hamish Idris Ishaan Jago Jermaine Kofi Kieran Lachlan Leon Marek Mostafa Nnamdi Osian Padraig "
    "Quillan Rafe Rhodri Silas Stellan Tariq Tobias Ugo Viktor Wesley Yusuf Zane"
).split()

CHILDREN = (
    "Alfie Amina Bea Cai Dilys Eira Ezra Fern Gabe Hana Isla Jude Kit Layla Macsen Nia Otis Poppy Remy "
    "Rosa Seren Tomos Una Wren Xanthe Zac"
).split()

FAMILIES = (
    "Abara Ainscough Alvarado Ashdown Bajwa Barrowclough Benyon Bielak Blackmoor Brathwaite Cadwallader "
    "Chaudry Clovelly Cornforth Dabrowski Danquah Devereaux Dunphy Eastaugh Eluemunor Fairclough "
    "Farahani Fenwright Gallimore Gillingwater Goncalves Halloran Hargest Heslington Ikande Illingworth "
    "Jankowska Jephcott Kahlon Kettlewell Kowalik Lanyon Larkspur Lindgren Macalister Maddocks Mbeki "
    "Merriweather Nakagawa Netherby Oduya Ollerenshaw Osgathorpe Pendry Petrescu Quennell Rahimi "
    "Redfearn Rosewarne Sandiford Satterley Sienkiewicz Skirrow Szabo Tembo Thistlewood Trevelyan "
    "Umarov Varley Vickerstaff Wadsley Whitlam Wojtas Yardley Zielinski"
).split()

STREETS = (
    "Alder Bank,Anchor Street,Bellhouse Lane,Broom Terrace,Chandlers Row,Copper Street,Croft End,"
    "Dovecote Road,Fellmonger Yard,Ferry Road,Furnace Lane,Garth Close,Gasworks Lane,Hawthorn Drive,"
    "Jubilee Flats,Kiln Street,Lantern Close,Lockside,Mariners Court,Millrace Road,Oakapple Way,"
    "Pinfold Lane,Quayside,Ropewalk,Saltmarsh Road,Signal Street,Tannery Court,Tramway Terrace,"
    "Viaduct Street,Weavers Green,Wharf Lane,Windlass Road"
).split(",")

TOWNS = {
    "northmere-north": (("Harrowfleet", "NM1"), ("Saltby Cross", "NM2")),
    "northmere-east": (("Eastvale", "NM4"), ("Larkmouth", "NM5")),
    "northmere-south": (("Castlegate", "NM7"), ("Ostrey", "NM8")),
}
"""Each MARAC's invented towns, with postcode districts that Royal Mail has never issued."""

SCHOOLS = {
    "northmere-north": ("Harrowfleet Primary", "Hollin Bank School"),
    "northmere-east": ("Eastvale Church Primary", "Larkmouth High"),
    "northmere-south": ("Castlegate Community Primary", "Ostrey School"),
}
SCHOOL_NUMBERS = {
    school: f"99910{n}" for n, school in enumerate(each for near in SCHOOLS.values() for each in near)
}
"""By which a school's key adult finds the children who go there: numbers that no school has."""

PRACTICES = ("Eastvale Surgery", "Quayside Medical Centre", "Millrace Practice")
