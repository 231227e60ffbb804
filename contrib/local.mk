# Set-up, units, schema.
