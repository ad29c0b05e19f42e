"""A word of help on the controls above the stage whose labels are hidden; the stage shows it."""

HELP = {
    "scene": "What is read and by whom: each scene has a story and something to try.",
    "word": "Any English word of up to 40 letters, read letter by letter.",
    "sort": "The units from top to bottom: by what they keep, by number, or alike ones together.",
    "alongside": "The cell that reads the same input beside the GRU.",
    "match": "As many units as the GRU has, or as many as bring the number of parameters nearest.",
    "more": "What is behind a notation, who computes, the order of units, and a matrix to paste.",
    "own_more": "Paste or upload the input.",
    "notation": "Whose letters and signs to use. Where only the writing differs, h stays the same.",
}
