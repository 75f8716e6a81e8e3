"""Textures: sheets of dust, of scratches, of paper, laid over pictures by the op `texture`.

    bank            what a texture is called, and having its sheets ready
    source          what all sources have in common; the division of their sheets by split
    shipped         textures that this package renders, one YAML file each
    folder          textures that a user has in a folder
    sheet           a sheet as a pyramid of halved levels
    cache           sheets kept on disk, mapped into memory and shared by processes
    canvas          drawing beyond the edges of a sheet that repeats
    dust, scratch_sheet, paper
                    the procedural fields: a generator a file, portable kernels

Sheets are uint8 (H, W) and know their pixels a millimetre; the kernels that lay them over a picture are the engine's.
"""
