// `jangteo check --data DIR`: every invariant of the data, offline. JSON on standard output; exit 0 clean, 1 damage
// named, 2 the directory cannot be checked (absent, in use).
#pragma once

namespace CLI {
class App;
}

namespace jangteo {

void add_check_command(CLI::App& app, int& exit_code);

}  // namespace jangteo
