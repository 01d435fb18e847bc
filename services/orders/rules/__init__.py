"""The field's rules of orders and breaches: pure functions of values, time passed in."""
