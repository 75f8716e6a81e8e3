"""What a degradation is; knows no file, process or network.

key             addresses for randomness
distributions   what a parameter may be: one uniform in, one value out
fields          parameters of ops, said once
damage, units   stages of a photograph's life, classes of damage, formats in millimetres
photo           the working picture and the verbs that draw damage on it
declaration     frozen declarations of distributions, and their draws
step            what stands in a recipe
degradation     declare, draw, apply
compose         steps made of steps
pair, record    what comes out, and how it is made again
kernels/        compiled loops over pixels
"""
