"""What can be wrong with a file that somebody hands in as a table."""

from typing import Any

from spg_registry.core.errors import Fault, Invalid, TooLarge


class BrokenFile(Invalid):
    """The file as a whole cannot be read as a table; nothing of it is taken."""

    code = "file_broken"

    def __init__(self, **params: Any) -> None:
        super().__init__(Fault("file", self.code, params), **params)


class EmptyFile(BrokenFile):
    """No bytes, or no cell with anything in it."""

    code = "file_empty"


class PdfFile(BrokenFile):
    """A PDF, whatever its name says."""

    code = "file_is_pdf"


class OldExcelFile(BrokenFile):
    """The old .xls, or the binary .xlsb."""

    code = "file_is_old_excel"


class OpenDocumentFile(BrokenFile):
    """An OpenDocument file (.ods)."""

    code = "file_is_opendocument"


class ImageFile(BrokenFile):
    """A photo or a scan of a list."""

    code = "file_is_image"


class HtmlFile(BrokenFile):
    """A web page with the name of a spreadsheet, as some systems export them."""

    code = "file_is_html"


class EncryptedFile(BrokenFile):
    """A workbook that asks for a password."""

    code = "file_is_encrypted"


class NotATable(BrokenFile):
    """Some other kind of file: a document, a program, an archive."""

    code = "file_is_no_table"


class BrokenWorkbook(BrokenFile):
    """It says it is a workbook, and its inside is damaged."""

    code = "workbook_broken"


class UnsafeWorkbook(BrokenFile):
    """Its XML declares entities or a document type, which no spreadsheet program writes."""

    code = "workbook_unsafe"


class FormulaFound(BrokenFile):
    """A cell (`cell`) holds a formula: its value depends on who opens it, so it is not taken."""

    code = "cell_has_formula"


class CellTooLong(BrokenFile):
    """One cell (`cell`) holds more than `limit` characters."""

    code = "cell_too_long"


class MixedEncodings(BrokenFile):
    """Some lines are UTF-8 and others are not; `line` is the first that differs from the rest."""

    code = "file_mixed_encodings"


class UnknownEncoding(BrokenFile):
    """The letters at `line` fit none of the encodings that we can tell without guessing."""

    code = "file_encoding_unknown"


class NulBytes(BrokenFile):
    """A text file with zero bytes (first at `line`): a cut copy, or no text at all."""

    code = "file_has_nul"


class UnbalancedQuotes(BrokenFile):
    """A quotation mark opened at `line` never closes as it should."""

    code = "file_unbalanced_quotes"


class HeaderNotFound(BrokenFile):
    """None of the first rows holds column names that we know."""

    code = "header_not_found"


class FileTooLarge(TooLarge):
    """More than `limit_mb` megabytes."""

    code = "file_too_large"


class UnpacksTooLarge(TooLarge):
    """Small when packed, huge when opened: a bomb, or a sheet that nobody typed."""

    code = "file_unpacks_too_large"


class TooManyRows(TooLarge):
    """More than `limit` rows with something in them."""

    code = "too_many_rows"


class TooManyColumns(TooLarge):
    """More than `limit` columns with something in them."""

    code = "too_many_columns"
