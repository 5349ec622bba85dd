"""What HEPData's validator says of a submission: FOLDER."""

import json
import sys

from hepdata_validator.full_submission_validator import FullSubmissionValidator, SchemaType

validator = FullSubmissionValidator(schema_version="1.1.1")
valid = validator.validate(directory=sys.argv[1])
messages = [str(m) for file in validator.messages for m in validator.get_messages(file)]
data = validator.valid_files.get(SchemaType.DATA, [])
print(json.dumps({"valid": valid, "messages": messages, "tables": len(data)}))
