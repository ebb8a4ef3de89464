"""Programs that publish what `obtain` needs; they are started as processes of their own."""
