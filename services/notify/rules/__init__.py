"""The field's rules of telling staff: the ladder, the rota, and who may see an alert."""
