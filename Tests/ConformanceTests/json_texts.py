"""Texts that are JSON, and texts that look like it: the classes of JSONTestSuite, written anew after
the grammar of RFC 8259."""

from __future__ import annotations

# A row is a line, however long it is.
# fmt: off
#: RFC 8259 §6.
NUMBERS = """0 -0 1 -1 9 10 123 1234567890 0.0 -0.0 0.5 1.0 1.10 123.456 0.1e1 1e0 1E0 1e1 1E1 1e+1 1e-1
1E+2 1E-2 0e0 0E1 0e+1 0e-1 -1e2 20e1 123e45 123e-45 123.456e78 123.456E-78 1e00 1e01 0.00000000001
-9223372036854775808 9223372036854775807 18446744073709551616 -237462374673276894279832749832423479823246327846
1.7976931348623157e308 5e-324 2.2250738585072011e-308 1e-400 123123e-10000000 0.1000000000000000055511151231257827""".split()

#: Numbers of JSON that no double holds; Pulse takes none that it can't tell.
TOO_LARGE = """1e309 -1e309 1e400 -1e400 0.4e00669999999999 1.7976931348623159e308 1.5e+9999 -1e+9999
123.456e78901 1e99999999999999999999""".split() + ["1" * 400, "-" + "9" * 310]

#: What is no number of JSON though some parser or other reads it.
NO_NUMBERS = """+1 ++1 -- - + -1.0. 1.2.3 .5 -.5 5. -5. 1. 0. 0.e1 1.e1 2.e+3 2.e-3 0.3e 0.3e+ 0.3E- 1e 1e+ 1E-
0e 0E+ 1.0e 1.0e+ 1eE2 1ee2 1e+-2 e1 .e1 -e1 01 00 -01 -00 007 0x0 0x1 0x1f -0x1 0b1 0o7 1_000 1,000 1'000
NaN nan -NaN +NaN Inf inf Infinity -Infinity +Infinity -inf infinity 1f 1.0f 1d 1L 1n 1i 1% $1 0a 1a -a 1-1 1+1
1/2 1.8011670033376514H-308 -1x １ ١ −1 1e１ 1\u0000 0\u00001 2e+3.4 1e1.0 --1 -+1 +-1 0e+-1 ∞ ½""".split()

#: RFC 8259 §7, without the quotes around them.
STRINGS = [
    b"", b"a", b"abc", b" ", b"a b", b"\\\"", b"\\\\", b"\\/", b"\\b", b"\\f", b"\\n", b"\\r", b"\\t",
    b"\\u0000", b"\\u001f", b"\\u0020", b"\\u0041", b"\\u007F", b"\\u00e9", b"\\u20AC", b"\\uFFFF", b"\\uffff",
    b"\\uD834\\uDD1E", b"\\ud834\\udd1e", b"\\uDBFF\\uDFFF", b"\\uD800\\uDC00", b"\\u005C", b"\\u0022",
    b"\\u2028", b"\\u2029", b"\\uFEFF", b"\\uFDD0", b"\\u0060\\u012a\\u12AB", b"\\\\a", b"\\\\n", b"\\\\u0000",
    b"\x7f", b"/", b"*/ /*", b"\xc3\xa9", b"\xe2\x82\xac", b"\xf0\x9d\x84\x9e", b"\xf4\x8f\xbf\xbf",
    b"\xef\xbf\xbf", b"\xef\xbf\xbe", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\xe2\x80\xa9", b"\xc2\x80", b"\xc2\xa0",
    b"asd\xe2\x82\xac", b"\xe6\x97\xa5\xd1\x88", b"'", b"null", b"[1]", b"{}", b"%", b"\xc2\xac", b"new\\u00A0line",
]

#: What may not stand between quotes. Lone surrogates have no UTF-8, so that PULSE v1 takes none.
NO_STRINGS = [
    *(bytes([character]) for character in range(0x20)),
    b"a\nb", b"a\tb", b"a\0b", b"\\", b"\\\"\\", b"a\"b", b"\\a", b"\\v", b"\\e", b"\\0", b"\\1", b"\\'", b"\\x41",
    b"\\x", b"\\U0041", b"\\ ", b"\\\n", b"\\\0", b"\\\xc3\xa9", b"\\\xf0\x9f\x8c\x80", b"\\u", b"\\u0", b"\\u00",
    b"\\u004", b"\\u00g0", b"\\u 041", b"\\u+041", b"\\u-041", b"\\u{41}", b"\\uD834\\u", b"\\uD834\\uD", b"\\u0x41",
    b"\\uD800", b"\\uDBFF", b"\\uDC00", b"\\uDFFF", b"\\uD800a", b"a\\uD800", b"\\uD800\\n", b"\\uD800\\uD800",
    b"\\uDC00\\uD800", b"\\uD834\\u0041", b"\\uDFFF\\uDFFF", b"\\uD800\\uDC", b"\\uD800\\\\uDC00", b"\\u\xef\xbc\x91234",
    # Not UTF-8 (RFC 3629 §4).
    b"\x80", b"\xbf", b"\xc0\x80", b"\xc0\xaf", b"\xc1\xbf", b"\xc3", b"\xc3\x28", b"\xe0\x80\x80", b"\xe0\x9f\xbf",
    b"\xe2\x82", b"\xe2\x28\xa1", b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xed\xa0\xb4\xed\xb4\x9e", b"\xf0\x80\x80\x80",
    b"\xf0\x8f\xbf\xbf", b"\xf0\x9d\x84", b"\xf0\x28\x8c\xbc", b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80", b"\xf8\x88\x80\x80\x80",
    b"\xfc\x84\x80\x80\x80\x80", b"\xfe", b"\xff", b"\xff\xfe", b"\xe9", b"\xfa", b"a\xc3", b"\xc3\"",
]

#: Values of other types, which are JSON.
VALUES = [
    b"null", b"true", b"false", b"[]", b"{}", b"[ ]", b"{ }", b"[1]", b"[1,2]", b"[null,1,\"a\",{}]", b"[[]]", b"[[[]]]",
    b"[1\n]", b" [1]", b"[2] ", b"\t[\r\n]", b"{\"a\":1}", b"{\"a\":1,\"b\":2}", b"{\"\":0}", b"{\"a\":{}}", b"{\"a\":[]}",
    b"{\"a\\u0000b\":1}", b"{\"a\":\"b\",\"c\":\"d\"}", b"{\n\"a\"\n:\n1\n}", b"[true,false]", b"[\"\"]", b"[0,-0]", b"[\"a\",\"b\"]",
    b"{\"x\":[{\"id\":\"x\"}],\"id\":\"y\"}", b"[" * 20 + b"]" * 20, b"{\"a\":" * 20 + b"1" + b"}" * 20, b"[1,null,null,2]",
]

#: What is no JSON at all.
NO_VALUES = [
    b"", b" ", b"\n", b"\0", b"[", b"]", b"{", b"}", b"[[", b"]]", b"[]]", b"[[]", b"[}", b"{]", b"[1}", b"{\"a\":1]", b"[1", b"[1,",
    b"[,", b"[,1]", b"[1,,2]", b"[1,]", b"[1,,]", b"[\"a\",]", b"[,]", b"[1 2]", b"[1:2]", b"[1;2]", b"[\"a\" \"b\"]", b"[\"a\"", b"[\"a",
    b"[a]", b"['a']", b"[`a`]", b"[\\n]", b"[*]", b"[1\n", b"[3[4]]", b"[1]x", b"[1][2]", b"[]{}", b"1 2", b"\"a\" \"b\"", b"[-]", b"[\"\\\"]",
    b"[true", b"[tru]", b"[nul]", b"[fals]", b"tru", b"nul", b"fals", b"True", b"False", b"None", b"TRUE", b"NULL", b"undefined",
    b"nulll", b"truefalse", b"n", b"{,}", b"{\"a\"}", b"{\"a\":}", b"{\"a\"", b"{\"a\":1", b"{\"a\":1,", b"{\"a\":1,}", b"{\"a\":1,,}",
    b"{:1}", b"{1:1}", b"{a:1}", b"{'a':1}", b"{\"a\" 1}", b"{\"a\"::1}", b"{\"a\",1}", b"{\"a\"=1}", b"{\"a\":1 \"b\":2}", b"{\"a\":1;\"b\":2}",
    b"{null:1}", b"{\"a\":1:2}", b"{\"a\":1}}", b"{\"a\":1}#", b"{\"a\":1}//", b"{\"a\":1}/**/", b"/**/1", b"//\n1", b"# 1", b"[1/**/]",
    b"{\"a\":/*c*/1}", b"{/*c*/}", b"{\"a\":1}/", b"<a>", b"<null>", b"abc", b"\xef\xbb\xbf[]", b"\xef\xbb\xbf", b"\xef\xbb{}", b"\xff\xfe[\0]\0",
    b"\xfe\xff\0[\0]", b"\xe5", b"[\xff]", b"\xc3\xa5", b"\xe2\x81\xa0[]", b"[\x0b1]", b"[\x0c1]", b"[\xc2\xa01]", b"[\x851]", b"[1\0]", b"[\x1f]",
    b"[\0]", b"'a'", b"`a`", b"\"", b"\"a", b"a\"", b"\\u0041", b"[\\u0020\"a\"]", b"{\"a\": \"b", b"{\"a", b"\xc2\xab1\xc2\xbb", b"[1\xef\xbc\x8c2]",
    b"[" * 100_000, b"[{\"\":" * 50_000, b"{\"a\":" * 10_000, b"]" * 1_000, b"[\"x\", truth]", b"{\"\\uD800\":1}", b"{\"\xb9\":\"0\"}", b"{\"a\nb\":1}",
]
