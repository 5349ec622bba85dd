"""Machine code that takes a loop's operands as Python has them: a tuple of arrays and numbers, looked at and then run, in one call.

To ask arrays for their addresses one by one takes ten times as long as a loop over a few hundred events.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from darkpair.gen.compiled.form import Form
from darkpair.gen.compiled.layout import ARRAY, FLOAT, INT, KINDS, OTHERS, TABLE

__all__ = ["door_to"]

# (llvmlite says of neither what a type checker could use)
ir: Any = import_module("llvmlite.ir")
llvm: Any = import_module("llvmlite.binding")

#: Flags of an array that lies as C has it, aligned; and may be written (numpy/ndarraytypes.h).
_LIES, _WRITABLE = 0x101, 0x501

_I64, _I32 = ir.IntType(64), ir.IntType(32)


def door_to(called: Any, symbol: str, form: Form, rows: list[str], name: str) -> bytes:
    """Object file of the door of a loop, a function of that name: (operands, rows, table of `layout`) -> what the loop gives.

    Parameters
    ----------
    called : llvmlite.ir.FunctionType
        Type of the loop's function, numba's calling convention.
    symbol : str
        Name of the loop's function.
    form : Form
    rows : list of str
        Types of the rows that it writes.
    name : str
        Name of the door.
    """
    module = ir.Module(name)
    door = ir.Function(module, ir.FunctionType(_I64, [_I64, _I64, _I64]), name)
    loop = ir.Function(module, called, symbol)
    build = _Door(door, loop)
    own = form.shape == "own"
    n = None
    args = []
    for i, kind in enumerate(form.kinds):
        thing = build.item(0, i)
        if kind == "f":
            args.append(build.real(thing))
        elif kind == "i":
            args.append(build.whole(thing))
        elif kind[0] == "*":
            args.append(build.array(thing, kind[1:]))
        else:
            place, n = build.column(thing, kind, n)
            args.append(place)
    for i, kind in enumerate(rows):
        place, n = build.column(
            build.item(1, i), "i8" if form.shape == "filter" and not i else kind, n, _WRITABLE
        )
        args.append(place)
    build.call([*([] if own else [n]), *args])
    # (as numba has it, but hardly looked at: a door is run through once a call, and would take as long to compile as its loop)
    target = llvm.Target.from_default_triple()
    reloc = "static" if target.name.startswith("x86") else "default"
    machine = target.create_target_machine(opt=1, reloc=reloc, codemodel="jitdefault", jit=True)
    return bytes(machine.emit_object(llvm.parse_assembly(str(module))))


class _Door:
    """What a door does, line by line; whatever is not as it should be leads out."""

    def __init__(self, door: Any, loop: Any) -> None:
        self.door, self.loop = door, loop
        self.b = ir.IRBuilder(door.append_basic_block())
        self.out = door.append_basic_block()
        ir.IRBuilder(self.out).ret(ir.Constant(_I64, OTHERS))
        self.items = self.table("items")

    def at(self, place: Any, offset: int, kind: Any = _I64) -> Any:
        """What stands so many bytes behind an address."""
        return self.there(self.b.add(place, ir.Constant(_I64, offset)), kind)

    def there(self, place: Any, kind: Any = _I64) -> Any:
        return self.b.load(self.b.inttoptr(place, kind.as_pointer()))

    def table(self, name: str, more: int = 0) -> Any:
        return self.at(self.door.args[2], 8 * (TABLE[name] + more))

    def item(self, which: int, i: int) -> Any:
        """Object number i of the operands (0) or of the rows (1)."""
        return self.at(self.b.add(self.door.args[which], self.items), 8 * i)

    def require(self, condition: Any) -> None:
        on = self.door.append_basic_block()
        self.b.cbranch(condition, on, self.out)
        self.b.position_at_end(on)

    def equal(self, a: Any, b: Any) -> Any:
        return self.b.icmp_signed("==", a, b)

    def of_type(self, thing: Any, *names: str) -> None:
        """Require an object of one of those types."""
        kind = self.at(thing, 8)
        fits = [self.equal(kind, self.table(name)) for name in names]
        self.require(self.b.or_(*fits) if len(fits) > 1 else fits[0])

    def real(self, thing: Any) -> Any:
        self.of_type(thing, "float", "float64")
        return self.at(thing, FLOAT, ir.DoubleType())

    def whole(self, thing: Any) -> Any:
        """A whole number of 0 or one or two digits of 30 bits, not less than 0."""
        self.of_type(thing, "int")
        size, shift = self.at(thing, INT["size"]), self.table("shift")
        digits = self.b.ashr(size, shift)
        self.require(self.b.icmp_unsigned("<=", digits, ir.Constant(_I64, 2)))
        # (bit 1 is the sign where the size is shifted)
        sign = self.b.and_(self.b.and_(size, ir.Constant(_I64, 2)), shift)
        self.require(self.equal(sign, ir.Constant(_I64, 0)))
        low, high = (self.at(thing, INT["digits"] + 4 * i, _I32) for i in (0, 1))
        low, high = (self.b.zext(digit, _I64) for digit in (low, high))
        zero = ir.Constant(_I64, 0)
        low = self.b.select(self.b.icmp_signed(">", digits, zero), low, zero)
        high = self.b.select(self.b.icmp_signed(">", digits, ir.Constant(_I64, 1)), high, zero)
        return self.b.or_(low, self.b.shl(high, ir.Constant(_I64, 30)))

    def array(self, thing: Any, kind: str, flags: int = _LIES) -> Any:
        """Address of an array of that type that lies as C has it."""
        self.of_type(thing, "array")
        seen = self.at(thing, ARRAY["flags"], _I32)
        lies = self.equal(self.b.and_(seen, ir.Constant(_I32, flags)), ir.Constant(_I32, flags))
        dtype = self.equal(self.at(thing, ARRAY["dtype"]), self.table("dtypes", KINDS.index(kind)))
        self.require(self.b.and_(lies, dtype))
        return self.at(thing, ARRAY["data"])

    def column(self, thing: Any, kind: str, n: Any, flags: int = _LIES) -> tuple[Any, Any]:
        """Address of a column of that type, and its length, n where that is there."""
        place = self.array(thing, kind, flags)
        self.require(self.equal(self.at(thing, ARRAY["ndim"], _I32), ir.Constant(_I32, 1)))
        size = self.there(self.at(thing, ARRAY["shape"]))
        if n is not None:
            self.require(self.equal(size, n))
        return place, size

    def call(self, args: list[Any]) -> None:
        """Call the loop, and give what it gives."""
        b, kinds = self.b, self.loop.function_type.args
        result, error = (b.alloca(kinds[i].pointee if hasattr(kinds[i], "pointee") else _I64) for i in (0, 1))
        given = [
            arg if arg.type == kind else b.inttoptr(arg, kind)
            for arg, kind in zip(args, kinds[2:], strict=True)
        ]
        b.call(self.loop, [result, error, *given])
        b.ret(b.load(result))
