"""What pictures are measured by, at 384 pixels and at their own.

    features_of     pictures, wherever they are -> FeatureTable   (gathering; grouping: what belongs together)
    FeatureTable    a row of numbers each, and its controls       (table)
    measure         one picture                                   (vectors; picture: the chain that all go through)

One family a module: `statistics`, `spectrum`, `noise`, `morphology`, `edges`, `tone`, `colour`. Patches lie on a
`sheet`.
"""
