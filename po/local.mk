# Translations of what coordinators see.
