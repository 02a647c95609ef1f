"""What people use: the command line, reports and figures."""
