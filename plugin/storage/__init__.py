"""What must survive a restart: launches in progress, open workspaces, facts, decisions and deliveries."""
