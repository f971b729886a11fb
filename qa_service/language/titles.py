"""Titles before a person's name; patterns without groups, with the capitals that releases write."""

RANK = (
    r"(?:U\.?S\.?|State|First|Deputy|Vice|Assistant|Acting|Former|Air Force|Army|Navy|Foreign|Prime|Attorney|Chief|"
    r"Secretary|Lieutenant|Lt\.?|Major|Brigadier)"
)
"""What may stand before a title, or before "Minister" and "Secretary"."""

PLAIN_TITLE = (
    r"(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor|Sens?|Senators?|Rep|Representative|Congressm[ae]n|Congresswoman|Gov|Governor|"
    r"Mayor|President|Premier|Chancellor|Secretary-General|Ambassador|General|Gen|Colonel|Col|Captain|Capt|Sgt|Sergeant|"
    r"Admiral|Adm|Chairm[ae]n|Chairwoman|Director|Commissioner|Judge|Justice|Rev|Reverend|King|Queen|Prince|Princess|"
    r"Sir|Lady|Lord|Pope|Chief)"
)
"""A title that names no field: not that of a minister or a secretary."""
