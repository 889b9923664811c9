"""Whether explanations are true, and whether they are faithful: do they name what the label rests on?"""
