"""Prefix commands: ``name ..., options: command``.  See "a prefix command" in CONTRIBUTING.

Each module has SPEC (with ``prefix=True``) and run; ``command.body`` is an ast.PrefixBody.  The command behind the
colon is run by ``session.language.run(session, body.inner)``, on a copy of whatever session it is given.
"""
