"""error - fail with a return code

    error exp

Shows the message that belongs to the code and fails with it, as a command would.

Example: if _N == 0 error 2000
"""

from __future__ import annotations

from functools import cache

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options
from mixedcli.commands.context import expression_context
from mixedcli.commands.macros.text import unplaced
from mixedcli.data.expression import scalar
from mixedcli.data.missing import SYSMISS
from mixedcli.errors import Coded, InvalidSyntax, TypeMismatch
from mixedcli.session import Outcome, Session

SPEC = CommandSpec("error")

#: what the codes that scripts raise say  # stata: messages of the commands that fail with them
_MESSAGES = """
1 --Break--
4 no; dataset in memory has changed since last saved
5 not sorted
9 assertion is false
100 varlist required
101 varlist not allowed
102 too few variables specified
103 too many variables specified
109 type mismatch
110 already defined
111 not found
119 statement out of context
120 invalid %format
121 invalid numlist
122 invalid numlist has too few elements
123 invalid numlist has too many elements
130 expression too long
131 not possible with test
132 too many '(' or '['
133 unknown function ()
134 too many values
170 unable to chdir
180 invalid attempt to modify label
181 may not label strings
190 request may not be combined with by
191 request may not be combined with by() option
196 could not restore sort order because variables were dropped
197 invalid syntax
198 invalid syntax
199 unrecognized command
301 last estimates not found
302 last test not found
303 equation not found
321 requested action not valid after most recent estimation command
322 something that should be true of your estimation results is not
401 may not use noninteger frequency weights
402 negative weights encountered
404 not possible with pweighted data
406 not possible with analytic weights
407 weights must be the same for all observations in a group
409 no variance
411 nonpositive values encountered
412 redundant or inconsistent constraints
416 missing values encountered
420 2 groups required
421 could not determine between-subject error term; use bse() option
422 could not determine between-subject basic unit; use bseunit() option
430 convergence not achieved
450 is not a 0/1 variable
451 invalid values for time variable
452 invalid values for factor variable
459 something that should be true of your data is not
460 only one cluster detected
461 number of obs must be greater than 1
480 starting values invalid or some RHS variables have missing values
491 could not find feasible values
503 conformability error
504 matrix has missing values
505 matrix not symmetric
506 matrix not positive definite
507 name conflict
508 matrix has zero values
601 file not found
602 file already exists
603 file could not be opened
604 log file already open
606 no log file open
610 file not Stata format
612 unexpected end of file
621 already preserved
622 nothing to restore
900 no room to add more variables
901 no room to add more observations
950 insufficient memory
1000 system limit exceeded - see manual
1400 numerical overflow
2000 no observations
2001 insufficient observations
"""


@cache
def messages() -> dict[int, str]:
    """Return code -> message; those without one are the user's own."""
    return {int(code): text for code, _, text in (row.partition(" ") for row in _MESSAGES.strip().splitlines())}


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Raise the error; 0 does nothing.  Errors: r(198) no number."""
    code = return_code(session, command)
    if code == 0:
        return Outcome()
    raise Coded(code, messages().get(code, ""))


@unplaced()
def return_code(session: Session, command: ast.Command) -> int:
    """The whole number behind the command's word.  Errors: r(198), r(109)."""
    body = command.body
    text = body.text if isinstance(body, ast.WordsBody) else ""
    if not text.strip():
        raise InvalidSyntax("invalid syntax", command.span)
    assert session.language is not None
    value = scalar(session.language.expr(text.strip().removeprefix("=")), expression_context(session))
    if isinstance(value, str):
        raise TypeMismatch("type mismatch")
    if not 0 <= value < min(SYSMISS, 2**31) or value != int(value):
        raise InvalidSyntax("invalid syntax")
    return int(value)
