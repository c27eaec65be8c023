"""Errors a user can cause: one class per return code, with Stata's wording.

A message is lower case and in Stata's words; ``span`` marks the culprit in the
command line.  Helpers raise these, only dispatch catches them; any other
exception is a bug of this program.
"""

from __future__ import annotations

from typing import ClassVar, NamedTuple


class Span(NamedTuple):
    """Half-open range of character positions ``[start, end)`` in the logical command line."""

    start: int
    end: int


class StataError(Exception):
    """A failed command: Stata's return code, message and (when known) the culprit's place in the line."""

    rc: ClassVar[int] = 198

    def __init__(self, message: str, span: Span | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.span = span


class Coded(StataError):
    """An error of whatever return code a script asks for."""

    rc: int  # type: ignore[misc]

    def __init__(self, rc: int, message: str) -> None:
        super().__init__(message)
        self.rc = rc

    def __reduce__(self) -> tuple[type[Coded], tuple[int, str]]:
        return Coded, (self.rc, self.message)


class ConnectionTimedOut(StataError):
    rc = 2


class DataChanged(StataError):
    """The data in memory would be lost (r(4))."""

    rc = 4


class NotSorted(StataError):
    rc = 5


class NothingFound(StataError):
    """Something was expected and nothing is there (r(6))."""

    rc = 6


class FoundInstead(StataError):
    """What is there is of another kind than expected (r(7))."""

    rc = 7


class AssertionFalse(StataError):
    """What was claimed of the data is not so (r(9))."""

    rc = 9


class VarlistRequired(StataError):
    rc = 100


class VarlistNotAllowed(StataError):
    rc = 101


class TooFewSpecified(StataError):
    rc = 102


class TooManySpecified(StataError):
    rc = 103


class StringNumericMismatch(StataError):
    """A variable is a string in one data set and numeric in the other (r(106))."""

    rc = 106


class TypeMismatch(StataError):
    rc = 109


class AlreadyDefined(StataError):
    rc = 110


class NotFound(StataError):
    rc = 111


class InvalidFormat(StataError):
    rc = 120


class InvalidNumlist(StataError):
    rc = 121


class ExpressionTooLong(StataError):
    rc = 130


class NotPossibleWithTest(StataError):
    """A hypothesis that is not linear in the coefficients."""

    rc = 131


class Unbalanced(StataError):
    rc = 132


class UnknownFunction(StataError):
    rc = 133


class TooManyValues(StataError):
    rc = 134


class CannotChangeDirectory(StataError):
    rc = 170


class ValueLabelError(StataError):
    """Value labels: not defined, already defined, numbers that cannot be labelled (r(180))."""

    rc = 180


class FileTypeUnknown(StataError):
    """No reader for this kind of file."""

    rc = 198


class NotLabeled(StataError):
    """A variable that has no value label (r(182))."""

    rc = 182


class LabelsForStrings(StataError):
    rc = 181


class InvalidSyntax(StataError):
    rc = 198


class UnrecognizedCommand(StataError):
    rc = 199


class NotCombinable(StataError):
    """A command that does not go with by (r(190))."""

    rc = 190


class LastEstimatesNotFound(StataError):
    rc = 301


class EquationNotFound(StataError):
    rc = 303


class NotValid(StataError):
    """A request that the last estimator does not know (r(321))."""

    rc = 321


class Unavailable(StataError):
    """The request does not go with the last estimates (r(322))."""

    rc = 322


class NonintegerWeights(StataError):
    rc = 401


class NegativeWeights(StataError):
    rc = 402


class Inconsistent(StataError):
    rc = 412


class RepeatedTimes(StataError):
    rc = 451


class FactorValues(StataError):
    """A variable whose values no factor may have."""

    rc = 452


class DataAssumption(StataError):
    rc = 459


class ProgramDefined(StataError):
    rc = 498


class Conformability(StataError):
    rc = 503


class MatrixMissing(StataError):
    rc = 504


class NotSymmetric(StataError):
    rc = 505


class NotPositiveDefinite(StataError):
    rc = 506


class MatrixNotAllowed(StataError):
    """A matrix where a number is wanted (r(509))."""

    rc = 509


class FileNotFound(StataError):
    rc = 601


class FileExists(StataError):
    rc = 602


class FileCannotOpen(StataError):
    rc = 603


class LogAlreadyOpen(StataError):
    rc = 604


class NoLogOpen(StataError):
    rc = 606


class NotStataFormat(StataError):
    rc = 610


class UnexpectedEndOfFile(StataError):
    rc = 612


class AlreadyPreserved(StataError):
    rc = 621


class NothingPreserved(StataError):
    rc = 622


class HostNotFound(StataError):
    rc = 631


class ServerRefused(StataError):
    rc = 672


class FileReadError(StataError):
    rc = 692


class FileWriteError(StataError):
    rc = 693


class LineTooLong(StataError):
    rc = 920


class OutOfMemory(StataError):
    rc = 950


class SystemLimit(StataError):
    """Programs or do-files nested too deep."""

    rc = 1000


class InitialValues(StataError):
    """The likelihood has no usable starting point, or nothing is left to explain."""

    rc = 1400


class NoObservations(StataError):
    rc = 2000


class InsufficientObservations(StataError):
    rc = 2001


class NotYetAvailable(StataError):
    """Legal Stata that this version parses but cannot carry out yet."""

    rc = 198


class NotAllowed(StataError):
    """What this program does only when it was started with leave to do it."""

    rc = 198


class Interrupted(StataError):
    """The user pressed Break (Ctrl-C)."""

    rc = 1
