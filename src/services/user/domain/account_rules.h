// What an account's fields must look like, and the one form in which they are stored and compared. Pure. A refusal is
// `invalid` and names the field ("email", "password", "name").
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace jangteo {

// Trimmed, ASCII lower-cased; at most 254 bytes (RFC 5321), and of the form that browsers accept in <input type=email>
// (HTML Living Standard, "valid email address"): ASCII only, no quotes and no comments.
Result<std::string> normalize_email(std::string_view text);

// Trimmed; 1-100 characters (code points) of UTF-8 without control characters.
Result<std::string> normalize_name(std::string_view text);

// 8-128 characters (code points) of UTF-8; nothing else is demanded (NIST SP 800-63B section 5.1.1.2).
Status check_password(std::string_view password);

}  // namespace jangteo
