# Sample configuration, templates, samples: built into the program (src/cli/resources) or installed.
