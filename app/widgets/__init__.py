"""What a page is made of: the choices above the stage and the stage itself."""
