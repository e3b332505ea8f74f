"""Which calls somebody means: the language of fault rules and of expectations."""
