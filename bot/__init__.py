"""Who owns this cloud-cost question: a Slack bot on the FinOps personas."""
