"""Counts that lead to the hosts behind them."""
