"""Dreaming with a pretrained network: a picture in, a dream out. Knows no Discord, no queue, no database."""
