"""The design system: base templates, parts, static files, error pages. Knows no domain words."""
