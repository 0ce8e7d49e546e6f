"""The pictograms of the evaluation form: our own line drawings, one SVG path each.

On a field of 32 by 32, drawn with a line of 2 and round ends. Page and paper draw the same path,
so that who learned the signs on one knows them on the other. A checklist names them
(`pictogram = "tree"`); a question without one, or with one unknown here, gets `OTHER`.
"""

from typing import Final

SIDE: Final = 32
LINE: Final = 2

_NO: Final = "M4 28L28 4"

OTHER: Final = "M8 9h.1M13 9h13M8 16h.1M13 16h13M8 23h.1M13 23h13"

PATHS: Final = {
    "animal-medicine": (
        "M21 5l6 6M24 8l-3.5 3.500M16 8l8 8-9 9H9l-2-2v-6zM7.5 24.500L3 29M14 14l3 3M11 17l3 3"
    ),
    "animal-shelter": (
        "M3 14L16 4l13 10M6 12v16M26 12v16M3 28h26M11 28v-8h7l3-3 2 3-2 2v6M14 28v-4h4v4"
    ),
    "barrier": (
        "M3 28h26M8 28v-8M16 28v-8M24 28v-8M8 20a3.5 6 0 1 1 .1 0zM16 20a3.5 6 0 1 1 .1 0z"
        "M24 20a3.5 6 0 1 1 .1 0zM3 4h9M16 4h6"
    ),
    "basket": "M4 14h24l-3 14H7zM8 14a8 9 0 0 1 16 0M5 20h22M12 14l1 14M20 14l-1 14",
    "bee": (
        "M16 13c4 0 6 3 6 7s-2 8-6 8-6-4-6-8 2-7 6-7zM10.5 18h11M10.5 23h11"
        "M16 8a2.5 2.5 0 1 0 .1 0zM14.5 8L12 4M17.5 8L20 4"
        "M11.5 15C6 16 3 13 3 9c4-1 8 1 9.5 5M20.5 15c5.5 1 8.5-2 8.5-6-4-1-8 1-9.5 5"
    ),
    "beehive": (
        "M7 28c-2.5-2-2.5-5.5 0-7-1.5-2.5-.5-5 2-6 0-3 2-5 4-6 1-2.5 5-2.5 6 0 2 1 4 3"
        " 4 6 2.5 1 3.5 3.5 2 6 2.5 1.5 2.5 5 0 7zM14 28v-3a2 2 0 0 1 4 0v3"
        "M7 21h18M9 15h14"
    ),
    "clean-kitchen": (
        "M4 10h13a6 6 0 0 1 6 6v2h-5v-2H4zM11 10V5M7 5h8M20.5 22v1M20.5 27v1M27 5v6M24 8h6"
    ),
    "clean-water": (
        "M16 3c5 7 9 11 9 16a9 9 0 0 1-18 0c0-5 4-9 9-16zM12 19l3 3.5 5.5-6.5"
    ),
    "clean-zone": "M16 3l11 4v9c0 7-5 11-11 13C10 27 5 23 5 16V7zM11 16l4 4 7-8",
    "compost": (
        "M3 28c3-9 7-13 13-13s10 4 13 13zM16 15V7M16 10c0-3.5-2-5.5-6-5.5 0 3.5 2 5.5 6"
        " 5.500M16 8c0-2.5 2-4.5 5-4.5 0 3-2 4.5-5 4.500M11 23h.1M16 20h.1M21 24h.1"
    ),
    "fair-work": (
        "M17 3a5 5 0 1 0 .1 0zM17 6.500v3M3 19h5l5-2h6a2 2 0 0 1 0 4.500h-5M19 21l6-4a2.2 2.2 0"
        " 0 1 3 3l-9 7.500h-9L7.5 26H3"
    ),
    "family": (
        "M7 4a3 3 0 1 0 .1 0zM2.5 28V17a4.5 4.5 0 0 1 9 0v11M25 4a3 3 0 1 0 .1 0z"
        "M20.5 28V17a4.5 4.5 0 0 1 9 0v11M16 13a2.5 2.5 0 1 0 .1 0zM13 28v-5a3 3 0 0 1"
        " 6 0v5"
    ),
    "forest": "M9 4l5 8h-2.500l4 8h-13l4-8H4zM9 20v8M23 7a5.5 6 0 1 0 .1 0zM23 14v14M3 28h26",
    "ingredients": (
        "M4 17h24c0 6-5 11-12 11S4 23 4 17zM9 7a3 3 0 1 0 .1 0zM16 3a3 3 0 1 0 .1 0z"
        "M23 7a3 3 0 1 0 .1 0z"
    ),
    "label": "M4 4h11l14 14-11 11L4 15zM9.5 9.500h.1M13 18l4 3.5 4-6.5",
    "many-crops": (
        "M3 28h26M7 28V14M7 19c-3 0-4.5-2-4.5-4.5 3 0 4.5 2 4.5 4.500M7 17c3 0 4.5-2"
        " 4.5-4.5-3 0-4.5 2-4.5 4.500M16 28V15M16 5c2 0 3 2 3 5s-1 5-3 5-3-2-3-5 1-5 3-5z"
        "M25 28V18M20 18h10c0-4-2-6-5-6s-5 2-5 6z"
    ),
    "map": "M3 9l8-4 10 4 8-4v18l-8 4-10-4-8 4zM11 5v6M21 21v6M12 14l5 5M17 14l-5 5",
    "meeting": (
        "M6 21h20l3 7H3zM7.5 7a2.5 2.5 0 1 0 .1 0zM24.5 7a2.5 2.5 0 1 0 .1 0z"
        "M16 3a3 3 0 1 0 .1 0zM4.5 21v-4a3 3 0 0 1 6 0v4M21.5 21v-4a3 3 0 0 1 6 0v4"
        "M12.5 21v-6a3.5 3.5 0 0 1 7 0v6"
    ),
    "no-chemical-bag": "M11 9h10l3 4v15H8V13zM11 9L9 4h14l-2 5M12 18h8M12 22h8" + _NO,
    "no-fire": (
        "M16 29c-5 0-8-3.5-8-8 0-5 5-8 4-15 5 2 6 6 6 9 1-1 2-2 2-4 3 3 4 6 4 10 0 4.5-3 8-8 8z"
        + _NO
    ),
    "no-gmo": (
        "M11 3c0 8 10 8 10 13s-10 5-10 13M21 3c0 8-10 8-10 13s10 5 10 13M12 7h8M12 25h8" + _NO
    ),
    "no-poison": "M12 3h8M13.5 3v6L9 14v14h14V14l-4.5-5V3M9 19h14" + _NO,
    "no-spray": (
        "M7 14h10v14H7zM9.5 14v-4h5v4M12 10V5h7v4M24 4h.1M28 8h.1M24 10h.1M28 13h.1M24 16h.1" + _NO
    ),
    "notebook": "M8 3h19v26H8zM4.5 9H11M4.5 16H11M4.5 23H11M15 10h8M15 16h8M15 22h5",
    "pasture": (
        "M4 13h15l4-4h4l2 4-2 2h-4v10h-3v-6h-9v6H8v-8H5M4 13v7M26 28v-3M29 28v-4M3 28h26"
    ),
    "pledge": "M6 3h14l6 6v20H6zM20 3v6h6M10 13h11M10 17h11M10 25c2-4 3-4 4 0 2-3 3-2 4 0h3",
    "rotation": (
        "M27 14A11.5 11.5 0 0 0 7 9M5 18a11.5 11.5 0 0 0 20 5M7 3v6h6M25 29v-6h-6"
        "M16 22v-7M16 18c0-2.5-1.5-4-4.5-4 0 2.5 1.5 4 4.5 4M16 16c0-2 1.5-3.5"
        " 4.5-3.5 0 2.5-1.5 3.5-4.5 3.5"
    ),
    "scales": "M16 4v24M10 28h12M6 9l10-2 10 2M6 9l-4 10h8zM26 9l-4 10h8z",
    "seed": (
        "M16 3c4.5 4.5 4.5 9 0 13-4.5-4-4.5-8.5 0-13M6 15c5 2 7 6 4.5 12C5 25 3.5 20"
        " 6 15M26 15c-5 2-7 6-4.5 12C27 25 28.5 20 26 15"
    ),
    "spring": (
        "M3 15l7-9 6 8 4-5 9 8M4 21c3-2 5-2 8 0s5 2 8 0 5-2 8 0M4 27c3-2 5-2 8 0s5 2 8 0 5-2 8 0"
    ),
    "storehouse": "M3 13L16 4l13 9v15H3zM9 28V18h14v10M9 23h14M16 18v10",
    "terrace": (
        "M3 28v-6h9v-6h8v-6h9v18zM7 22v-4M16 16v-4M24.5 10V6M7 18l-2-2M16 12l-2-2M24.5 6l-2-2"
    ),
    "trap": (
        "M16 2v4M10 6h12l3 22H7zM8 21h16M16 11c2 0 2.5 1.5 2.5 3s-1 3-2.5 3-2.5-1.5-2.5-3"
        " .5-3 2.5-3zM11.5 12l2 1M20.5 12l-2 1M11.5 17l2-1M20.5 17l-2-1"
    ),
    "tree": (
        "M16 3c5 0 8 3.5 8 7.5 3 2.5 2 8.5-3 8.500H11c-5 0-6-6-3-8.500C8 6.5 11 3 16 3z"
        "M16 29V11M16 18l4-3.500M16 23l-4-3.500M10 29h12"
    ),
    "two-plots": (
        "M3 8h10v16H3zM19 8h10v16H19zM16 4v3M16 12v3M16 19v3M16 26v3M6 20c0-5 2-7 4.5-8 0 5-1.5"
        " 8-4.5 8M22 13h4M22 17h4M22 21h4"
    ),
    "waste": "M5 9h22M12 9V4h8v5M8 9l2 19h12l2-19M13 14v9M19 14v9",
}  # fmt: skip


def path_of(name: str) -> str:
    return PATHS.get(name, OTHER)
