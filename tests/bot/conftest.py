"""Every test with a stand-in holds its gateway against the contract."""

from tests.bot.playground.contract.everywhere import nonsense_is_sent, the_gateways_contract

__all__ = ["nonsense_is_sent", "the_gateways_contract"]
