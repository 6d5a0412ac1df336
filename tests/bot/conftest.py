"""Every test with a stand-in holds its gateway against the contract; each may ask for the pseudo-language."""

from tests.bot.languages.pseudo import pseudo
from tests.bot.playground.contract.everywhere import nonsense_is_sent, the_gateways_contract

__all__ = ["nonsense_is_sent", "pseudo", "the_gateways_contract"]
