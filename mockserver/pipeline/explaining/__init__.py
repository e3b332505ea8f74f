"""Why a call was answered as it was: made of what the journal keeps, when somebody asks."""
