"""The field's rules of the referrals service: pure functions, each with its source and date."""
