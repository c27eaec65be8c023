"""What a command line means, as frozen nodes.

Built by ``parse``, read by everybody, never changed.  The source span of a node
takes no part in equality, so tests compare trees with plain ``==``.
Names are kept as typed (abbreviations are resolved against the data or the
command tables later).
"""

from __future__ import annotations

from mixedcli.ast.commands import AssignBody as AssignBody
from mixedcli.ast.commands import Body as Body
from mixedcli.ast.commands import CoefRef as CoefRef
from mixedcli.ast.commands import Command as Command
from mixedcli.ast.commands import ConstraintBody as ConstraintBody
from mixedcli.ast.commands import DisplayBody as DisplayBody
from mixedcli.ast.commands import DisplayItem as DisplayItem
from mixedcli.ast.commands import EgenBody as EgenBody
from mixedcli.ast.commands import ExprBody as ExprBody
from mixedcli.ast.commands import FixedEquation as FixedEquation
from mixedcli.ast.commands import InRange as InRange
from mixedcli.ast.commands import MatrixBody as MatrixBody
from mixedcli.ast.commands import MixedBody as MixedBody
from mixedcli.ast.commands import NamedExpr as NamedExpr
from mixedcli.ast.commands import Option as Option
from mixedcli.ast.commands import Prefix as Prefix
from mixedcli.ast.commands import PrefixBody as PrefixBody
from mixedcli.ast.commands import RandomEquation as RandomEquation
from mixedcli.ast.commands import TestBody as TestBody
from mixedcli.ast.commands import TestSpec as TestSpec
from mixedcli.ast.commands import VarlistBody as VarlistBody
from mixedcli.ast.commands import Weight as Weight
from mixedcli.ast.commands import Word as Word
from mixedcli.ast.commands import WordsBody as WordsBody
from mixedcli.ast.expressions import Binary as Binary
from mixedcli.ast.expressions import Call as Call
from mixedcli.ast.expressions import Coef as Coef
from mixedcli.ast.expressions import Element as Element
from mixedcli.ast.expressions import Expr as Expr
from mixedcli.ast.expressions import Missing as Missing
from mixedcli.ast.expressions import Number as Number
from mixedcli.ast.expressions import Stored as Stored
from mixedcli.ast.expressions import String as String
from mixedcli.ast.expressions import Subscript as Subscript
from mixedcli.ast.expressions import TimeOp as TimeOp
from mixedcli.ast.expressions import Unary as Unary
from mixedcli.ast.expressions import Var as Var
from mixedcli.ast.matrices import Join as Join
from mixedcli.ast.matrices import Part as Part
from mixedcli.ast.matrices import Range as Range
from mixedcli.ast.matrices import Transpose as Transpose
from mixedcli.ast.node import Node as Node
from mixedcli.ast.varlists import Base as Base
from mixedcli.ast.varlists import FactorVar as FactorVar
from mixedcli.ast.varlists import Group as Group
from mixedcli.ast.varlists import Interaction as Interaction
from mixedcli.ast.varlists import Term as Term
from mixedcli.ast.varlists import Varlist as Varlist
from mixedcli.ast.varlists import VarRange as VarRange
from mixedcli.ast.varlists import VarRef as VarRef
