"""Stories told in a real browser: Chromium against the real server, with CSRF and the content security policy on."""
