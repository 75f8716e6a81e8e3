"""A page on this machine on which recipes are tried: `degrade demo`.

    serving      the server, on this machine alone; nothing is sent anywhere
    page         what stands on the page, and what happens when it is touched (gradio; `sliders`, `look` serve it)
    controls     steps and fields -> sliders, and sliders' values -> what is changed
    changes      a recipe with what was changed, and its export as YAML
    choices      the recipes that there are to choose from
    photographs  files of anybody's and the samples -> photographs
    pictures     photograph, recipe, changes -> the pictures and words that are shown
    restoring    a picture restored by a trained network

Only `serving`, `page`, `sliders` and `look` know gradio, which comes with ``pip install "degrade[demo]"``.
"""
