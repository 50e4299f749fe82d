#include "bench/report/html.h"

#include "bench/report/document.h"
#include "bench/report/report_json.h"
#include "bench/report/web.h"
#include "bench/report/wording.h"

namespace hwnas {

std::string ReportToHtml(const ReportModel& model) {
  return ReportToHtml(model, WebText("figures.js"));
}

std::string ReportToHtml(const ReportModel& model, std::string_view figures) {
  DocumentScripts scripts;
  scripts.data = ReportToJson(model, true);
  std::string note;
  if (figures.empty()) {
    note =
        "This page has no figures: hwnas was built without npm or network. "
        "Its tables hold the numbers.";
  } else {
    scripts.scripts.push_back(figures);
  }
  scripts.scripts.push_back(WebText("transfer.js"));
  scripts.scripts.push_back(WebText("report.js"));
  return DocumentToHtml(ReportDocument(model, note), ReportTitle(model),
                        scripts);
}

}  // namespace hwnas
