"""From what queries tell to what templates show: labels, dates, sums, badges."""
